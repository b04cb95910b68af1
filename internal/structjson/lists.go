package structjson

import (
	"reflect"
	"slices"
	"strconv"
)

// texts decodes a list of texts, into the decoder's room while there is some.
func (d *decoder) texts(v reflect.Value) bool {
	if d.Peek() != '[' {
		return d.mismatch(v.Type())
	}
	all := d.room[:0]
	for more := d.Open('['); more; more = d.More(']') {
		s, ok := d.Text()
		if !ok && !d.null() {
			d.mismatch(v.Type().Elem())
			d.err.at(len(all))
			return false
		}
		if len(all) == cap(all) {
			all = append(d.moreRoom(len(all)), all...)
		}
		all = append(all, s)
	}
	n := len(all)
	if d.room = all[n:]; n == 0 {
		all = []string{}
	}
	*v.Addr().Interface().(*[]string) = all[:n:n]
	return true
}

// Unshare gives the lists of texts in v, a copy of a flat value, memory of their own:
// in room, while there is some. It returns how many texts they have.
func (c *Codec) Unshare(v reflect.Value, room []string) (n int) {
	for _, f := range c.own.fields {
		if f.node.reads == texts {
			list := f.in(v).Addr().Interface().(*[]string)
			*list, room = CloneTexts(*list, room)
			n += len(*list)
		}
	}
	return n
}

// CloneTexts returns a copy of the list in room, if there is enough, and the room
// that is left.
func CloneTexts(list, room []string) (own, left []string) {
	n := len(list)
	if list == nil || n > cap(room) {
		return slices.Clone(list), room
	}
	return append(room[:0:n], list...), room[n:n]
}

// moreRoom returns room for more than n texts. Where there are many lists, it is for
// some of them.
func (d *decoder) moreRoom(n int) []string {
	const least, most = 4, 64
	d.rooms++
	return make([]string, 0, max(2*n, min(least<<d.rooms, most)))
}

func (d *decoder) list(n *node, v reflect.Value) bool {
	if d.Peek() != '[' {
		return d.mismatch(v.Type())
	}
	i, before := 0, d.Left()
	for more := d.Open('['); more; more = d.More(']') {
		if i == v.Cap() {
			v.Grow(likelyMore(i, before-d.Left(), d.Left()))
		}
		v.SetLen(i + 1)
		if !d.value(n.elem, v.Index(i)) {
			d.err.at(i)
			return false
		}
		i++
	}
	if i == 0 {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0)) // not nil
	}
	return true
}

// likelyMore returns how many elements to make room for behind n, which took so many
// bytes, if there are at most so many left for more. It is at most a few times n, for
// these bytes may be something else.
func likelyMore(n, took, left int) int {
	const first, times = 4, 7
	if n == 0 {
		return first
	}
	return min(times*n, left/(took/n)+1)
}

// array decodes as many elements as there are in an array, and passes the rest.
func (d *decoder) array(n *node, v reflect.Value) bool {
	if d.Peek() != '[' {
		return d.mismatch(v.Type())
	}
	i := 0
	for more := d.Open('['); more; more = d.More(']') {
		if i >= v.Len() {
			d.Value()
		} else if !d.value(n.elem, v.Index(i)) {
			d.err.at(i)
			return false
		}
		i++
	}
	return true
}

func (d *decoder) dictionary(n *node, v reflect.Value) bool {
	if d.Peek() != '{' {
		return d.mismatch(v.Type())
	}
	v.Set(reflect.MakeMap(v.Type()))
	key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(n.elem.t).Elem()
	for more := d.Open('{'); more; more = d.More('}') {
		name := d.NameText()
		if !setKey(key, name) {
			d.fail("got a name that is no integer that fits "+key.Kind().String(), nil)
			d.err.in(name)
			return false
		}
		value.SetZero()
		if !d.value(n.elem, value) {
			d.err.in(name)
			return false
		}
		before := v.Len()
		if v.SetMapIndex(key, value); v.Len() == before {
			return d.fail("got two names that are the same integer", nil)
		}
	}
	return true
}

func setKey(key reflect.Value, name string) bool {
	switch {
	case key.Kind() == reflect.String:
		key.SetString(name)
	case key.CanInt():
		n, err := strconv.ParseInt(name, 10, key.Type().Bits())
		key.SetInt(n)
		return err == nil
	default:
		n, err := strconv.ParseUint(name, 10, key.Type().Bits())
		key.SetUint(n)
		return err == nil
	}
	return true
}

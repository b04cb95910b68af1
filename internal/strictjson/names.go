package strictjson

import "math"

// Names is a set of the member names of one object: a few by where they are in
// the data, the others in a map. The zero value is empty.
type Names struct {
	few  [16]span
	n    int
	many map[string]struct{}
	mask uint64 // the bits of the names in few
}

type span struct{ start, end int32 }

// add reports whether name was new. It is data[start:end], unless it had escapes.
func (s *Names) add(name, data []byte, start int, escaped bool) bool {
	bit := bit(name)
	if s.mask&bit != 0 {
		for _, few := range s.few[:s.n] {
			if string(data[few.start:few.end]) == string(name) {
				return false
			}
		}
	}
	s.mask |= bit
	if _, ok := s.many[string(name)]; ok {
		return false
	}
	if end := start + len(name); s.n < len(s.few) && !escaped && end <= math.MaxInt32 {
		s.few[s.n] = span{int32(start), int32(end)}
		s.n++
		return true
	}
	if s.many == nil {
		s.many = make(map[string]struct{})
	}
	s.many[string(name)] = struct{}{}
	return true
}

// bit is one of 64 bits, the same for equal names and most often another one for
// others, which spares comparing them.
func bit(name []byte) uint64 {
	if len(name) == 0 {
		return 1
	}
	return 1 << ((uint(len(name)) + 3*uint(name[0]) + 5*uint(name[len(name)-1])) % 64)
}

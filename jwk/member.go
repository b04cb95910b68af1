package jwk

import "bytes"

// A member is one that this package does not know, with its JSON.
type member struct {
	name string
	json []byte
}

// Member returns the JSON of a member that this package does not read, such as the
// issuer of Microsoft Entra's keys or the endorsements of Bot Framework's, as it was
// published: nil if the key has no such member, or it is null. Only its publisher
// vouches for it. It is left out when the key is written again, and a private key's
// is not in its public key, since it may be private.
//
//	var issuer string
//	err := json.Unmarshal(key.Member("issuer"), &issuer)
func (k *Key) Member(name string) []byte {
	if k == nil {
		return nil
	}
	for _, m := range k.members {
		if m.name == name {
			return bytes.Clone(m.json)
		}
	}
	return nil
}

// own returns copies of the members that are not known here and not null.
func (d *document) own() (members []member) {
	for _, m := range d.others {
		if m.json[0] != 'n' {
			members = append(members, member{m.name, bytes.Clone(m.json)})
		}
	}
	return members
}

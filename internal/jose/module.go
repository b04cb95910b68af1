package jose

// Module is a parameter of methods that only types of this module can have, as only
// they can name it: what has such a method is trusted with memory that is used again.
type Module struct{}

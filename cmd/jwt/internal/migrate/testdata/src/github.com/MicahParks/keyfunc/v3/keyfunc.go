package keyfunc

type Keyfunc interface{ Keyfunc(any) (any, error) }

func NewDefault([]string) (Keyfunc, error) { return nil, nil }

func NewUnheardOf() {}

// An Option has a value of any type.
type Option[T any] struct{ Value T }

package keyfunc

type Keyfunc interface{ Keyfunc(any) (any, error) }

func NewDefault([]string) (Keyfunc, error) { return nil, nil }

func NewUnheardOf() {}

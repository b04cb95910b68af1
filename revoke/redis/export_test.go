package redis

import "context"

// SlowBeginner finds out that the memory must begin anew, as one instance of a
// service does, and returns what begins it, for later.
func (s *Store) SlowBeginner(ctx context.Context) (later func() error, err error) {
	c, err := s.conn()
	if err != nil {
		return nil, err
	}
	places, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	return func() error {
		for _, p := range places {
			if _, err := c.send(ctx, p.begin("+1", "another0epoch0of0the0slow", false)); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

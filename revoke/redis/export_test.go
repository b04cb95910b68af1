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
			if _, err := c.send(ctx, p.begin(mark{branch: "a0branch0of0slow", since: "+1", epoch: "another0epoch0of0the0slow"})); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

//go:build linux

package sql_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/program"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A table that can grow no more, since a file of it has the size that is permitted, or
// since the disk is full: nothing is acknowledged that is not kept, what is kept is
// found, and the store goes on once there is room.
func TestFullServer(t *testing.T) {
	for name, fill := range map[string]func(t *testing.T) (server *server, room func(), message string){
		"a file": fullFile, "a disk": fullDisk,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sharedServer(t)
			server, room, message := fill(t)
			s := &revokesql.Store{DB: server.open(t, ""), Dialect: revokesql.PostgreSQL, Timeout: time.Minute}
			var acknowledged []string
			var err error
			for i := 0; err == nil && i < 5000; i++ {
				id := fmt.Sprint("a rather long name of a token, so that the table grows ", i)
				if err = s.Revoke(t.Context(), now(), store.Entry{Issuer: "i", ID: id, Until: now() + 1000}); err == nil {
					acknowledged = append(acknowledged, id)
				}
			}
			wantError(t, "a full server", err, message)
			verify(t, s, acknowledged)
			room()
			if !soon(func() bool {
				return s.Revoke(t.Context(), now(), store.Entry{Issuer: "i", ID: "later", Until: now() + 1000}) == nil
			}) {
				t.Error("the store does not go on when there is room")
			}
			verify(t, s, append(acknowledged, "later"))
		})
	}
}

// many revokes so many IDs in one step.
const many = "INSERT INTO jwt_entries (kind, issuer, name, at, until, keep, change) SELECT 1, 'i', 'a rather long name of a token ' || x, 1, 1 << 40, 1 << 40, 1 FROM generate_series(%d, %d) AS x"

// fullFile returns a server that may write files of 16 MB, as its log needs.
func fullFile(t *testing.T) (*server, func(), string) {
	s := ownServer(t)
	s.kill()
	s.setup = "ulimit -f 32768" // blocks of 512 bytes
	check(t, s.run())
	db := s.open(t, "")
	defer db.Close()
	keep := &revokesql.Store{DB: db, Dialect: revokesql.PostgreSQL, Timeout: time.Minute}
	check(t, keep.Migrate(t.Context()))
	var err error
	for i := 0; err == nil; i += 10_000 {
		if _, err = db.Exec(fmt.Sprintf(many, i, i+9999)); err != nil {
			break
		}
	}
	for i := 1 << 20; i < 1<<20+10_000; i++ { // what is left
		if _, err := db.Exec(fmt.Sprintf(many, i, i)); err != nil {
			break
		}
	}
	return s, func() { s.kill(); s.setup = ""; check(t, s.run()) }, "File too large"
}

// fullDisk returns a server on a disk of its own without room. Only root has one.
func fullDisk(t *testing.T) (*server, func(), string) {
	dir := fast(t)
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=128m"); err != nil {
		t.Skip("SKIPPED: only root may mount a small disk: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	check(t, program.Give(dir))
	s := &server{dir: filepath.Join(dir, "data"), args: []string{"-c", "max_wal_size=32MB", "-c", "min_wal_size=32MB"}}
	if text, err := exec.Command("cp", "-a", shared.template, s.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	check(t, s.run())
	t.Cleanup(s.kill)
	keep := &revokesql.Store{DB: s.open(t, ""), Dialect: revokesql.PostgreSQL, Timeout: time.Minute}
	check(t, keep.Migrate(t.Context()))
	revokeID(t, keep, "first") // so that the tables have their first pages
	ballast := filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	check(t, err)
	for size := 1 << 20; size > 0; size /= 2 { // to the last byte
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
	check(t, f.Close())
	return s, func() { check(t, os.Remove(ballast)) }, "No space left on device"
}

// A clock of the database that jumps ahead by less than 15 minutes drops nothing that
// is needed. After a longer jump, the answer tells what may have been dropped.
func TestDatabaseClockThatJumps(t *testing.T) {
	each(t, func(t *testing.T, s *revokesql.Store) {
		for jump, kept := range map[int]bool{890: true, 1300: false, -3600: true} {
			id, until := fmt.Sprint("needed ", jump), now()+300
			check(t, s.Revoke(t.Context(), now(), store.Entry{Issuer: "i", ID: id, Until: until}))
			run(t, s, fmt.Sprintf("UPDATE jwt_entries SET keep = keep - %d WHERE name = '%s'", jump, id))
			for i := range 60 {
				revokeID(t, s, fmt.Sprint("new ", i))
			}
			a := lookup(t, s, id)
			if a.ID != kept || !kept && a.Dropped < until {
				t.Errorf("a jump by %d s: got %v, want it there: %v, or dropped", jump, a, kept)
			}
		}
	})
}

package sql

import (
	"errors"
	"fmt"
	"strings"
)

// version is that of the tables.
const version = 1

// slack is for how many seconds everything is kept longer, in case a clock jumps.
const slack = 900

// The kinds of rows, by what is named.
const (
	ofID      = 1
	ofSession = 2
	ofSubject = 3
)

// Statements returns the statements that create the tables, for those who do not
// call [Store.Migrate]: run them in one transaction. To run them again does no
// harm. The tables are, with the prefix "jwt":
//
//	jwt_store    one row: the version of the tables, when the memory began, its
//	             secret name, and the latest end of an entry that was deleted
//	jwt_entries  a row for each token (kind 1), session (kind 2) or subject (kind 3)
//
// An entry of the deny list has an "at" of 1, or, for a subject, the Unix time up to
// which its tokens are revoked. A session that is not revoked has 0, its subject as
// the owner, and its state. Both are needed through the second "until"; the row is
// deleted after the second "keep", by the database's clock. Entries are found in
// the order of "change".
func Statements(d Dialect, prefix string) ([]string, error) {
	s, err := newStatements(d, prefix, false)
	if err != nil {
		return nil, err
	}
	return s.create, nil
}

// statements are all that a store says, in its dialect.
type statements struct {
	dialect Dialect
	begin   string   // a transaction that writes
	create  []string // the tables
	version string
	anew    string // begins the memory anew
	mend    string // the same, if it may have lost something

	lookup, load, list    string
	revokeHead, revokeRow string
	revokeTail            string
	use, renew, first     string
	touch                 string // a write that changes nothing
	expire                string
	firstPage, nextPage   string
}

// The parts in which the dialects differ. In PostgreSQL, the row of jwt_store is
// of this life of the server if it was written on this timeline, of which each
// promotion and recovery begins another one, and by the transaction that it names,
// which it was not if it was copied. A standby has no place to write, and does not
// answer.
var parts = map[Dialect][]string{
	PostgreSQL: {
		"{now}", "CAST(floor(extract(epoch FROM clock_timestamp())) AS BIGINT)",
		"{max}", "greatest",
		"{bytes}", "BYTEA",
		"{text}", `TEXT COLLATE "C"`,
		"{random}", "replace(gen_random_uuid()::text, '-', '')",
		"{timeline}", "substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)",
		"{writer}", "(pg_current_xact_id()::text::bigint % 4294967296)",
		"{change}", "pg_current_xact_id()::text::bigint",
		"{position}", "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
		"{uncopied}", "s.writer = s.xmin::text::bigint",
		"{durable}", " RETURNING CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END",
		"{without}", "",
	},
	SQLite: {
		"{now}", "unixepoch()",
		"{max}", "max",
		"{bytes}", "BLOB",
		"{text}", "TEXT",
		"{random}", "lower(hex(randomblob(16)))",
		"{timeline}", "''",
		"{writer}", "0",
		"{change}", "(SELECT coalesce(max(change), 0) + 1 FROM {entries} WHERE change IS NOT NULL)",
		"{position}", "(SELECT coalesce(max(change), 0) + 1 FROM {entries} WHERE change IS NOT NULL)",
		"{uncopied}", "TRUE",
		"{durable}", "",
		"{without}", " WITHOUT ROWID",
	},
}

func newStatements(d Dialect, prefix string, allowPromotion bool) (*statements, error) {
	if prefix == "" {
		prefix = "jwt"
	}
	switch {
	case parts[d] == nil:
		return nil, errors.New("revoke/sql: Dialect is not set, want PostgreSQL or SQLite")
	case len(prefix) > 40 || strings.Trim(prefix, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || prefix[0] <= '9':
		return nil, errors.New("revoke/sql: Prefix is not a name, want at most 40 letters a to z, digits and _")
	}
	good := "({timeline} = s.timeline AND {uncopied})"
	if allowPromotion {
		good = "({timeline} >= s.timeline AND {uncopied})"
	}
	common := []string{"{good}", good, "{entries}", prefix + "_entries", "{store}", prefix + "_store", "{prefix}", prefix, "{version}", fmt.Sprint(version), "{slack}", fmt.Sprint(slack)}
	if d == SQLite {
		common = append(common, "$", "?")
	}
	dialect, names := strings.NewReplacer(parts[d]...), strings.NewReplacer(common...)
	// Twice, since a part may have others in it.
	x := func(text string) string { return names.Replace(dialect.Replace(names.Replace(dialect.Replace(text)))) }
	s := &statements{
		dialect: d, begin: "BEGIN", version: x("SELECT version FROM {store}"), anew: x(anew), mend: x(anew + " WHERE NOT {good}"),
		lookup: x(known + denied + " FROM {store} AS s"),
		load:   x(known + denied + ", (SELECT state FROM {entries} WHERE kind = 2 AND issuer = $1 AND name = $3 AND at = 0) FROM {store} AS s"),
		list:   x("SELECT state FROM {entries} WHERE issuer = $1 AND owner = $2 AND at = 0 ORDER BY until LIMIT 1000"),

		revokeHead: x("INSERT INTO {entries} (kind, issuer, name, at, until, keep, change) VALUES "),
		revokeRow:  x("(%d, $%[2]d, $%[3]d, $%[4]d, $%[5]d, " + keep("$%[5]d", "$%[6]d") + ", {change})"),
		revokeTail: x(revokeTail), use: x(use), renew: x(renew), first: x(first),
		touch:  x("DELETE FROM {entries} WHERE kind = 1 AND issuer = '' AND name = ''"), // there are no such names
		expire: x(expirePostgreSQL), firstPage: x(firstPage), nextPage: x(nextPage),
	}
	for _, text := range createEntries {
		s.create = append(s.create, x(text))
	}
	if d == SQLite {
		s.begin, s.expire = "BEGIN IMMEDIATE", x(expireSQLite)
		s.create = append(s.create, x(createTrigger))
	}
	s.create = append(s.create, x(createBeginning))
	return s, nil
}

var createEntries = []string{
	`CREATE TABLE IF NOT EXISTS {store} (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	version INTEGER NOT NULL,
	since BIGINT NOT NULL,
	epoch {text} NOT NULL,
	dropped BIGINT NOT NULL,
	timeline {text} NOT NULL,
	writer BIGINT NOT NULL
)`,
	`CREATE TABLE IF NOT EXISTS {entries} (
	kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
	issuer {text} NOT NULL,
	name {text} NOT NULL,
	at BIGINT NOT NULL,
	until BIGINT NOT NULL,
	keep BIGINT NOT NULL,
	change BIGINT,
	owner {text},
	state {bytes},
	PRIMARY KEY (kind, issuer, name)
){without}`,
	`CREATE INDEX IF NOT EXISTS {entries}_keep ON {entries} (keep)`,
	`CREATE INDEX IF NOT EXISTS {entries}_change ON {entries} (change) WHERE change IS NOT NULL`,
	`CREATE INDEX IF NOT EXISTS {entries}_owner ON {entries} (issuer, owner) WHERE owner IS NOT NULL`,
}

const createTrigger = `CREATE TRIGGER IF NOT EXISTS {entries}_dropped AFTER DELETE ON {entries} WHEN OLD.at > 0
BEGIN UPDATE {store} SET dropped = max(dropped, OLD.until); END`

// It may have known of this second, so that the memory begins in the next.
const createBeginning = `INSERT INTO {store} (one, version, since, epoch, dropped, timeline, writer)
VALUES (1, {version}, {now} + 1, {random}, 0, {timeline}, {writer}) ON CONFLICT DO NOTHING`

const anew = `UPDATE {store} AS s SET since = {now} + 1, epoch = {random}, timeline = {timeline}, writer = {writer}`

// What a Lookup returns: $1 is the issuer, $2 to $4 are the names.
const (
	known  = `SELECT s.version, {good}, s.since, s.epoch, s.dropped`
	denied = `, (SELECT at FROM {entries} WHERE kind = 1 AND issuer = $1 AND name = $2)
, (SELECT at FROM {entries} WHERE kind = 2 AND issuer = $1 AND name = $3)
, (SELECT at FROM {entries} WHERE kind = 3 AND issuer = $1 AND name = $4)`
)

// An entry for a session takes the place of its state.
const revokeTail = ` ON CONFLICT (kind, issuer, name) DO UPDATE SET at = {max}({entries}.at, excluded.at),
until = {max}({entries}.until, excluded.until), keep = {max}({entries}.keep, excluded.keep),
change = excluded.change, owner = NULL, state = NULL{durable}`

// keep is the last second in which a row is kept, by the database's clock, of what
// is needed for so many seconds or until then.
func keep(until, left string) string {
	return "{max}(CAST(" + until + " AS BIGINT), {now} + CAST(" + left + " AS BIGINT)) + {slack}"
}

var (
	// issuer, name, until, left
	use = `INSERT INTO {entries} (kind, issuer, name, at, until, keep, change) VALUES (1, $1, $2, 1, $3, ` + keep("$3", "$4") + `, {change}) ON CONFLICT DO NOTHING{durable}`

	// issuer, name, owner, new, until, left
	first = `INSERT INTO {entries} (kind, issuer, name, at, owner, state, until, keep) VALUES (2, $1, $2, 0, $3, $4, $5, ` + keep("$5", "$6") + `)
ON CONFLICT (kind, issuer, name) DO UPDATE SET until = excluded.until, keep = excluded.keep WHERE {entries}.at = 0 AND {entries}.state = excluded.state{durable}`

	// issuer, name, old, new, until, left
	renew = `UPDATE {entries} SET state = $4, until = $5, keep = ` + keep("$5", "$6") + ` WHERE kind = 2 AND issuer = $1 AND name = $2 AND at = 0 AND state IN ($3, $4){durable}`
)

// $1 is how many rows to delete at most. The latest change stays, so that its
// number is not given out again.
const (
	expireSQLite = `DELETE FROM {entries} WHERE (kind, issuer, name) IN (SELECT kind, issuer, name FROM {entries}
WHERE keep < {now} AND change IS NOT (SELECT max(change) FROM {entries} WHERE change IS NOT NULL) ORDER BY keep LIMIT $1)`

	expirePostgreSQL = `WITH gone AS (DELETE FROM {entries} WHERE (kind, issuer, name) IN (
SELECT kind, issuer, name FROM {entries} WHERE keep < {now} ORDER BY keep LIMIT $1 FOR UPDATE SKIP LOCKED)
AND EXISTS (SELECT 1 FROM {store} AS s WHERE {good}) RETURNING at, until)
UPDATE {store} AS s SET dropped = greatest(dropped, (SELECT max(until) FROM gone WHERE at > 0)), writer = {writer}
WHERE {good} AND EXISTS (SELECT 1 FROM gone WHERE at > 0)`
)

// A page of entries, with the position of a reader that has all others.
const (
	page = `SELECT s.version, {good}, s.since, s.epoch, s.dropped, {timeline}, {position}, e.kind, e.issuer, e.name, e.at, e.until, e.change FROM {store} AS s LEFT JOIN (
SELECT kind, issuer, name, at, until, change FROM {entries} WHERE `

	// kind, issuer, name, limit
	firstPage = page + `at > 0 AND (kind, issuer, name) > ($1, $2, $3) ORDER BY kind, issuer, name LIMIT $4) AS e ON TRUE ORDER BY e.kind, e.issuer, e.name`

	// from, change, kind, issuer, name, limit
	nextPage = page + `change >= $1 AND (change, kind, issuer, name) > ($2, $3, $4, $5) ORDER BY change, kind, issuer, name LIMIT $6) AS e ON TRUE ORDER BY e.change, e.kind, e.issuer, e.name`
)

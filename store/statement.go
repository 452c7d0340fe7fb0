package store

import (
	"context"
	"database/sql"
	"sync"
)

// SQLite takes a third of its time to compile statements, so both sides keep theirs. pgx keeps its own, and its statements belong
// to connections that may be replaced or pooled elsewhere: PostgreSQL is handed plain texts.

// maxKept bounds the statements that are kept compiled; whoever builds texts at run time is served without.
const maxKept = 256

// transaction is what *sql.Tx and liteTx have in common.
type transaction interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	Commit() error
	Rollback() error
}

// liteConn is SQLite's one writing connection with its compiled statements. Only the writing goroutine uses it.
type liteConn struct {
	conn *sql.Conn
	kept map[string]*sql.Stmt
}

func (c *liteConn) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	st := c.kept[query]
	if st != nil || len(c.kept) >= maxKept {
		return st, nil
	}
	st, err := c.conn.PrepareContext(ctx, query)
	if err == nil {
		c.kept[query] = st
	}
	return st, err
}

func (c *liteConn) command(text string) error {
	_, err := liteTx{c}.ExecContext(context.Background(), text)
	return err
}

// begin takes the write lock at once: a transaction that reads first and asks for the lock later is refused when another wrote.
func (c *liteConn) begin() (transaction, error) {
	err := c.command(`BEGIN IMMEDIATE`)
	if err != nil { // the last one may have failed to roll back
		_ = c.command(`ROLLBACK`)
		err = c.command(`BEGIN IMMEDIATE`)
	}
	return liteTx{c}, err
}

func (c *liteConn) close() error {
	for _, st := range c.kept {
		_ = st.Close() // the connection goes next
	}
	return c.conn.Close()
}

// liteTx is a transaction on the writing connection.
type liteTx struct{ c *liteConn }

func (t liteTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := t.c.statement(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case st == nil:
		return t.c.conn.ExecContext(ctx, query, args...)
	}
	return st.ExecContext(ctx, args...)
}

func (t liteTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := t.c.statement(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case st == nil:
		return t.c.conn.QueryContext(ctx, query, args...)
	}
	return st.QueryContext(ctx, args...)
}

func (t liteTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	st, err := t.c.statement(ctx, query)
	if err != nil || st == nil { // the same error comes back in the row
		return t.c.conn.QueryRowContext(ctx, query, args...)
	}
	return st.QueryRowContext(ctx, args...)
}

func (t liteTx) Commit() error   { return t.c.command(`COMMIT`) }
func (t liteTx) Rollback() error { return t.c.command(`ROLLBACK`) }

// boundTx is a transaction on PostgreSQL, all of whose statements end with its time.
type boundTx struct {
	*sql.Tx
	ctx context.Context
	end context.CancelFunc
}

func (t boundTx) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	return t.Tx.ExecContext(t.ctx, query, args...)
}

func (t boundTx) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.Tx.QueryContext(t.ctx, query, args...)
}

func (t boundTx) QueryRowContext(_ context.Context, query string, args ...any) *sql.Row {
	return t.Tx.QueryRowContext(t.ctx, query, args...)
}

func (t boundTx) Commit() error {
	defer t.end()
	return t.Tx.Commit()
}

func (t boundTx) Rollback() error {
	defer t.end()
	return t.Tx.Rollback()
}

// pool is the reading side: a database handle that keeps SQLite's statements compiled.
type pool struct {
	*sql.DB
	keeps bool
	mu    sync.RWMutex
	kept  map[string]*sql.Stmt
}

func newPool(db *sql.DB, d dialect) *pool {
	return &pool{DB: db, keeps: d == sqlite, kept: map[string]*sql.Stmt{}}
}

// QueryContext is sql.DB's, with the statement kept.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st := p.statement(ctx, query); st != nil {
		return st.QueryContext(ctx, args...)
	}
	return p.DB.QueryContext(ctx, query, args...)
}

// QueryRowContext is sql.DB's, with the statement kept.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st := p.statement(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return p.DB.QueryRowContext(ctx, query, args...)
}

// statement returns nil where the text is to be used as it is, also for a text that does not compile: using it says why.
func (p *pool) statement(ctx context.Context, query string) *sql.Stmt {
	if !p.keeps {
		return nil
	}
	p.mu.RLock()
	st, n := p.kept[query], len(p.kept)
	p.mu.RUnlock()
	if st != nil || n >= maxKept {
		return st
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if st = p.kept[query]; st != nil {
		return st
	}
	st, err := p.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	p.kept[query] = st
	return st
}

// Close closes the statements and the handle.
func (p *pool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, st := range p.kept {
		_ = st.Close() // the connections go next
	}
	return p.DB.Close()
}

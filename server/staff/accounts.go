package staff

import (
	"context"

	"bangban/identity"
	"bangban/server"
)

// accountRoutes are what an operator does with accounts.
func (a *Auth) accountRoutes(s *server.Server) {
	s.GET("/api/v1/admin/accounts", server.JSON(a.accounts))
	s.POST("/api/v1/admin/accounts", server.JSON(a.addAccount))
	s.POST("/api/v1/admin/accounts/{id}", server.JSON(a.editAccount))
	s.POST("/api/v1/admin/accounts/{id}/password", server.JSON(a.givePassword))
}

type accountsResult struct {
	Accounts []Account `json:"accounts"`
}

func (a *Auth) accounts(ctx context.Context, req *signedRequest) (*accountsResult, error) {
	if _, err := a.Require(ctx, req.Signed, identity.Operator); err != nil {
		return nil, err
	}
	list, err := a.Identity.List(ctx)
	if err != nil {
		return nil, err
	}
	res := &accountsResult{Accounts: []Account{}}
	for i := range list {
		res.Accounts = append(res.Accounts, a.Show(&list[i]))
	}
	return res, nil
}

type addAccountRequest struct {
	Signed     `json:"-"`
	Login      string          `json:"login"`
	Name       string          `json:"name"`
	Number     string          `json:"number"`
	Roles      []identity.Role `json:"roles"`
	Team       string          `json:"team"`
	Department string          `json:"department"`
}

// givenPassword is an account with the one-time password that it was given.
type givenPassword struct {
	Account  Account `json:"account"`
	Password string  `json:"password"`
}

func (a *Auth) addAccount(ctx context.Context, req *addAccountRequest) (*givenPassword, error) {
	by, err := a.Require(ctx, req.Signed, identity.Operator)
	if err != nil {
		return nil, err
	}
	account, password, err := a.Identity.Add(ctx, "account:"+by.ID, identity.NewAccount{Name: req.Login, Shown: req.Name, Number: req.Number, Roles: sorted(req.Roles),
		Team: req.Team, Department: req.Department})
	if err != nil {
		return nil, err
	}
	return &givenPassword{a.Show(account), password}, nil
}

type editAccountRequest struct {
	Signed     `json:"-"`
	ID         string          `path:"id" json:"-"`
	Name       string          `json:"name"`
	Number     string          `json:"number"`
	Roles      []identity.Role `json:"roles"`
	Team       string          `json:"team"`
	Department string          `json:"department"`
	Disabled   bool            `json:"disabled"`
	// Subject is what the single sign-on knows the account by; empty: passwords alone.
	Subject string `json:"subject"`
}

func (a *Auth) editAccount(ctx context.Context, req *editAccountRequest) (*accountResult, error) {
	by, err := a.Require(ctx, req.Signed, identity.Operator)
	if err != nil {
		return nil, err
	}
	account, err := a.Identity.Edit(ctx, "account:"+by.ID, req.ID, func(x *identity.Account) {
		x.Shown, x.Roles, x.Team, x.Department, x.Disabled, x.Subject = req.Name, sorted(req.Roles), req.Team, req.Department, req.Disabled, req.Subject
		if req.Number != "" {
			x.Number = req.Number
		}
	})
	if err != nil {
		return nil, err
	}
	return &accountResult{Account: a.Show(account)}, nil
}

type idRequest struct {
	Signed `json:"-"`
	ID     string `path:"id" json:"-"`
}

func (a *Auth) givePassword(ctx context.Context, req *idRequest) (*givenPassword, error) {
	by, err := a.Require(ctx, req.Signed, identity.Operator)
	if err != nil {
		return nil, err
	}
	password, err := a.Identity.SetPassword(ctx, "account:"+by.ID, req.ID)
	if err != nil {
		return nil, err
	}
	account, err := a.Identity.Get(ctx, req.ID)
	if err != nil {
		return nil, err
	}
	return &givenPassword{a.Show(account), password}, nil
}

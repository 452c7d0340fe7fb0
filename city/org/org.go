// Package org keeps what the city is made of: regions (行政区划), departments (部门), service points (网点) and hotlines (热线).
// It holds plain records and looks them up by code, name or alias; it does not load or store them.
// Start at Directory.
package org

// Region is a district, county, street or town (行政区划).
type Region struct {
	Code    string   `yaml:"code" json:"code"` // GB/T 2260, 6 digits; towns 9, villages 12
	Name    string   `yaml:"name" json:"name"`
	Aliases []string `yaml:"aliases" json:"aliases,omitempty"`
	Parent  string   `yaml:"parent" json:"parent,omitempty"`
	// Former names point here: 下城区 → 拱墅区. Ambiguous ones ask: 余杭区 of before 2021 may be 临平区 today.
	Former []string `yaml:"former" json:"former,omitempty"`
	Note   string   `yaml:"note" json:"note,omitempty"`
}

// Department is an office of the city (部门).
type Department struct {
	ID      string   `yaml:"id" json:"id"` // gaj, mzj …
	Name    string   `yaml:"name" json:"name"`
	Aliases []string `yaml:"aliases" json:"aliases,omitempty"` // old and short names: 工商, 社保局, 城管
	Duties  string   `yaml:"duties" json:"duties,omitempty"`
	Phone   string   `yaml:"phone" json:"phone,omitempty"`
	By      []string `yaml:"by" json:"by,omitempty"`
}

// ServicePoint is a place where things are handled (网点). Unknown fields stay empty.
type ServicePoint struct {
	ID      string   `yaml:"id" json:"id"`
	Name    string   `yaml:"name" json:"name"`
	Aliases []string `yaml:"aliases" json:"aliases,omitempty"`
	Kind    string   `yaml:"kind" json:"kind"` // hall 政务服务中心, counter 部门窗口, police 派出所, bank, post, kiosk 自助机, community 便民服务中心
	Region  string   `yaml:"region" json:"region"`
	Address string   `yaml:"address" json:"address,omitempty"`
	Phone   string   `yaml:"phone" json:"phone,omitempty"`
	Hours   string   `yaml:"hours" json:"hours,omitempty"`
	// Items are the items it can handle; Note says what is not known.
	Items   []string `yaml:"items" json:"items,omitempty"`
	Note    string   `yaml:"note" json:"note,omitempty"`
	Updated string   `yaml:"updated" json:"updated"`
	By      []string `yaml:"by" json:"by"`
}

// Hotline is a number that people can call (热线).
type Hotline struct {
	Number  string   `yaml:"number" json:"number"`
	Name    string   `yaml:"name" json:"name"`
	For     string   `yaml:"for" json:"for"`
	Aliases []string `yaml:"aliases" json:"aliases,omitempty"` // how people ask: 社保电话, 公积金热线
	Hours   string   `yaml:"hours" json:"hours,omitempty"`
	By      []string `yaml:"by" json:"by"`
}

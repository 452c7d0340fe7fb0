package knowledge

// Basis (依据) is the reference that proves a fact, in one of three forms:
//
//	law:居民身份证法#第十一条                    a clause; the title as in corpus/sources/laws.yaml, one article
//	fact:fee-id-card-lost                     a row of corpus/sources/facts.yaml (grade A or B only)
//	page:gov-cn-12345                         a public page in corpus/sources/pages.yaml
type Basis string

// Law is a text of law that entries cite. DocumentNo (文号) is filled only where the text itself has it.
type Law struct {
	Title      string `yaml:"title" json:"title"` // without the date, without "中华人民共和国" where the common short title has none
	DocumentNo string `yaml:"document_no" json:"document_no,omitempty"`
	Issuer     string `yaml:"issuer" json:"issuer,omitempty"`
	Adopted    string `yaml:"adopted" json:"adopted,omitempty"`     // of the version in force, YYYY-MM-DD
	Effective  string `yaml:"effective" json:"effective,omitempty"` // YYYY-MM-DD
	// Level is law, regulation 行政法规, local 地方性法规, rule 部门规章.
	Level string `yaml:"level" json:"level"`
}

// SourceFact is a fact that no law carries, taken from an official page or confirmed by two independent ones.
type SourceFact struct {
	ID     string `yaml:"id" json:"id"`
	Text   string `yaml:"text" json:"text"` // the fact in plain words with its figures
	Source string `yaml:"source" json:"source"`
	// DocumentNo is the 文号 behind the fact where the source names it.
	DocumentTitle string `yaml:"document_title" json:"document_title,omitempty"`
	DocumentNo    string `yaml:"document_no" json:"document_no,omitempty"`
	AsOf          string `yaml:"as_of" json:"as_of,omitempty"` // date or year of the source
	Grade         string `yaml:"grade" json:"grade"`           // A official, B two pages agree
	URL           string `yaml:"url" json:"url,omitempty"`
}

// SourcePage is a public page found by search and named.
type SourcePage struct {
	ID     string `yaml:"id" json:"id"`
	Title  string `yaml:"title" json:"title"`
	Issuer string `yaml:"issuer" json:"issuer"`
	URL    string `yaml:"url" json:"url"`
	Date   string `yaml:"date" json:"date,omitempty"`
	Quote  string `yaml:"quote" json:"quote"` // the words that carry the fact
}

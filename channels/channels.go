// Package channels is what a channel (渠道) is: the way by which a citizen's words come in and the city's words go out.
// Each channel has a package of its own below this one: portal renders pages for the browser. What is said is conversation/message;
// who answers is decided elsewhere. This package holds no code of its own yet: start at channels/portal.
package channels

// Package bangban is the whole service put together (帮办): a city's 24-hour question answering and online help.
// It ties the packages to each other and to their configuration, and holds no logic of its own. Start at Open.
package bangban

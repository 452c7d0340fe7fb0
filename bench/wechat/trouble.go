package main

func trouble() error { return nil }

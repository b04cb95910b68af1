//go:build !goexperiment.jsonv2

package main

func jwxV4() []library { return nil }

func jwxV4SetParser() []setParser { return nil }

# Bangban 帮办. `make help` lists the targets; the work is in scripts/, so that each step can be run alone.
SHELL := /bin/bash
GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
SOURCES := $(shell find . -name '*.go' -not -path './web/node_modules/*' -not -name '*_test.go') $(shell find corpus web/dist web/portal store/migrations nlu channels -type f -not -name '*_test.go' 2>/dev/null) go.mod go.sum

.PHONY: help build run test bench lint fmt clean web xref check

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: ## set up, build and serve the starter city on http://127.0.0.1:8080
	@scripts/prepare run
	@$(MAKE) --no-print-directory build
	@exec bin/bangban serve

build: bin/bangban ## build bin/bangban with the web parts

bin/bangban: web $(SOURCES)
	@mkdir -p bin
	$(GO) build -trimpath -ldflags "-s -w -X bangban.Version=$(VERSION)" -o bin/bangban ./cmd/bangban

web: ## build the web parts (only when their sources changed)
	@scripts/web

test: ## set up and run every test, with PostgreSQL and a real browser
	@scripts/prepare test
	@scripts/test

bench: ## measure speed and quality; LAWS=DIR adds the texts of law
	@scripts/bench

lint: ## gofmt, go vet, staticcheck, cross-references, knowledge check
	@scripts/lint

xref: ## every cited rule has its row in docs/sources.md, and back
	@$(GO) test -count=1 -run 'TestCrossReferences' .

check: build ## lint the starter city
	@bin/bangban check

fmt: ## format the Go code
	@gofmt -w $$(git ls-files '*.go')

clean: ## remove what was built (never ./data)
	rm -rf bin web/dist/a web/dist/assets.json web/dist/widget.js* web/dist/.built web/node_modules

# Everything a newcomer or a maintainer does with this repository. `make` alone lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build test chaos bench instructions bench-air bench-traffic format lint clean distclean

SWIFT_PATHS := Sources Tests Package.swift

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## install what is missing, build, start Parvis with the sample city, print a link that signs in (ARGS="--port 8080" to pass options)
	@exec "$$(swift build -c release --show-bin-path)/parvis" demo $(ARGS)

build: ## install what is missing, build the release binary
	@scripts/bootstrap
	swift build -c release --static-swift-stdlib --product parvis

test: ## install what is missing, run all tests: Swift, the console in a browser, kill -9 under load, public clients
	@scripts/test

chaos: ## try faults for some minutes: endpoints, disks, clients, kill -9 (ARGS="--only hangs" to choose, ARGS=--long for hours)
	@scripts/bootstrap --chaos
	swift build -c release --static-swift-stdlib --product parvis
	@scripts/chaos --binary "$$(swift build -c release --show-bin-path)/parvis" $(ARGS)

bench: ## measure the frozen scenarios beside nginx and print a table (ARGS="--only get1,q10k" to choose)
	@scripts/bootstrap --bench
	swift build -c release --static-swift-stdlib --product parvis
	@Benchmarks/run $(ARGS)

instructions: ## count the instructions of requests in valgrind and compare with Benchmarks/instructions.json
	@scripts/bootstrap --instructions
	swift build -c release --static-swift-stdlib --product parvis
	@Benchmarks/instructions $(ARGS)

AIR := ../shared/data/air
bench-air: ## print how well forecasts and interpolation do on ten Beijing stations (AIR=FOLDER of beijing_*.csv.gz)
	@if ! ls $(AIR)/beijing_*.csv.gz >/dev/null 2>&1; then \
		echo "bench-air: skipped, $(AIR) holds no beijing_*.csv.gz; name their folder: make bench-air AIR=FOLDER"; \
	else \
		scripts/bootstrap && swift build -c release --static-swift-stdlib --product parvis && \
		"$$(swift build -c release --show-bin-path)/parvis" air evaluate $(AIR)/beijing_*.csv.gz \
			--mapping Examples/beijing-air.yaml --train-until 2015-02 --pollutant PM2.5 --weather-ahead --weather-forecast $(ARGS); \
	fi

TRAFFIC := ../shared/data/sumo
bench-traffic: ## print what signals cost the traffic of SUMO scenarios, all seeds (TRAFFIC=FOLDER of scenarios, ARGS="--demand 1.2")
	@if ! ls $(TRAFFIC)/*/*.sumocfg >/dev/null 2>&1; then \
		echo "bench-traffic: skipped, $(TRAFFIC) holds no scenario; name their folder: make bench-traffic TRAFFIC=FOLDER"; \
	else \
		scripts/bootstrap --traffic && swift build -c release --static-swift-stdlib --product parvis && \
		"$$(swift build -c release --show-bin-path)/parvis" traffic evaluate $(TRAFFIC)/*/*.sumocfg --seeds 1-10 --monitor $(ARGS); \
	fi

format: ## lay out all Swift files as .swift-format says
	swift format --in-place --recursive --parallel $(SWIFT_PATHS)

lint: ## check layout, imports and documentation, without building
	swift format lint --strict --recursive --parallel $(SWIFT_PATHS)
	@scripts/check-layering
	@scripts/check-docs
	@scripts/check-languages

clean: ## remove what was built
	rm -rf .build

distclean: clean ## remove also what was downloaded (.venv, .assets)
	rm -rf .venv .assets

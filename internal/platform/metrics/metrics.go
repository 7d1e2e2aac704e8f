// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package metrics shows how the centre runs to programs that watch it, in the
// Prometheus text format. It shows totals only: no name, address, login or id
// of anybody. Figures out of the records are asked when somebody looks, kept a
// few seconds, and absent while they cannot be had; absent is not zero. Start
// at New, Registry.Gauge and Registry.Handler.
package metrics

import (
	"context"
	"log/slog"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Prefix begins the name of every figure of our own.
const Prefix = "vonggac_"

const (
	fresh   = 10 * time.Second // how long an asked figure is shown again
	patient = 3 * time.Second  // longest time one figure may take
)

// Registry holds all figures. It is safe for concurrent use.
type Registry struct {
	log *slog.Logger
	now func() time.Time
	reg *prometheus.Registry

	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// New makes a registry with the figures of the process, the build and the
// requests. version is the program's.
func New(log *slog.Logger, now func() time.Time, version string) *Registry {
	r := &Registry{log: log, now: now, reg: prometheus.NewRegistry()}
	r.requests = prometheus.NewCounterVec(prometheus.CounterOpts{Name: Prefix + "http_requests_total",
		Help: "Requests answered, by route pattern."}, []string{"method", "route", "status"})
	r.duration = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: Prefix + "http_request_duration_seconds",
		Help: "Time until a request was answered, by route pattern.", Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60}},
		[]string{"route"})
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: Prefix + "build_info", Help: "The running build; always 1."},
		[]string{"version", "go", "os", "arch"})
	build.WithLabelValues(version, runtime.Version(), runtime.GOOS, runtime.GOARCH).Set(1)
	r.reg.MustRegister(r.requests, r.duration, build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Request counts one request answered. route is the pattern of a route, never
// an address somebody typed.
func (r *Registry) Request(method, route string, status int, took time.Duration) {
	r.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	r.duration.WithLabelValues(route).Observe(took.Seconds())
}

// Gauge adds the figure Prefix+name, a unit at its end ("…_seconds"); help is a
// sentence. ask gives it, in that unit, when somebody looks; while ask fails
// the figure is absent. A name given twice panics: it is a bug.
func (r *Registry) Gauge(name, help string, ask func(ctx context.Context) (float64, error)) {
	r.Gauges(name, help, nil, func(ctx context.Context) ([]Figure, error) {
		v, err := ask(ctx)
		return []Figure{{Value: v}}, err
	})
}

// Figure is one value, with a value for each label of its Gauges.
type Figure struct {
	Of    []string
	Value float64
}

// Gauges is Gauge for one figure for each combination of values of labels:
// small fixed sets such as states or reasons, never what a person typed.
func (r *Registry) Gauges(name, help string, labels []string, ask func(ctx context.Context) ([]Figure, error)) {
	r.reg.MustRegister(&asked{desc: prometheus.NewDesc(Prefix+name, help, labels, nil), name: name, ask: ask, registry: r})
}

// asked is a figure had by asking.
type asked struct {
	desc     *prometheus.Desc
	name     string
	ask      func(ctx context.Context) ([]Figure, error)
	registry *Registry

	mu     sync.Mutex
	at     time.Time // of values; zero before the first
	values []Figure
}

// Describe implements prometheus.Collector.
func (a *asked) Describe(ch chan<- *prometheus.Desc) { ch <- a.desc }

// Collect implements prometheus.Collector.
func (a *asked) Collect(ch chan<- prometheus.Metric) {
	a.mu.Lock()
	defer a.mu.Unlock()
	// A clock set back makes kept values look new for long: age has two sides.
	if age := a.registry.now().Sub(a.at); a.at.IsZero() || age < 0 || age >= fresh {
		a.refresh()
	}
	for _, v := range a.values {
		m, err := prometheus.NewConstMetric(a.desc, prometheus.GaugeValue, v.Value, v.Of...)
		if err != nil {
			m = prometheus.NewInvalidMetric(a.desc, err)
		}
		ch <- m
	}
}

func (a *asked) refresh() {
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	values, err := a.ask(ctx)
	if err != nil {
		a.registry.log.Warn("figure not to be had", "figure", a.name, "err", err)
		values = nil
	}
	a.at, a.values = a.registry.now(), values
}

// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/go-analyze/charts"
	"github.com/go-fonts/liberation/liberationserifregular"
	"github.com/go-pdf/fpdf"
	"github.com/golang/freetype/truetype"
)

// Chart is a drawing of figures: the same one on a page of the product ([Chart.SVG])
// and, as an image, in both files. Its shades are told apart on a printer of one
// colour. A figure that is unknown is NaN and is left out of the drawing, never
// drawn as zero.
type Chart struct {
	Kind   ChartKind
	Title  string // printed below, as the paper's own text
	Labels []string
	Series []Series // 1 to 6, each with as many values as there are labels
}

// Series is one line or one colour of bars.
type Series struct {
	Name   string
	Values []float64
}

// ChartKind is the way figures are drawn.
type ChartKind uint8

// The kinds.
const (
	Bars ChartKind = iota
	StackedBars
	Lines
)

const (
	chartWidth, chartHeight = 640, 320 // units of the drawing; twice as many dots in a file
	mostSeries              = 6
	mostLabels              = 60
)

var errChart = errors.New("chart")

// check refuses what cannot be drawn truly.
func (c Chart) check() error {
	if len(c.Labels) == 0 || len(c.Labels) > mostLabels {
		return fmt.Errorf("%w of %d labels, want 1 to %d", errChart, len(c.Labels), mostLabels)
	}
	if len(c.Series) == 0 || len(c.Series) > mostSeries {
		return fmt.Errorf("%w of %d series, want 1 to %d", errChart, len(c.Series), mostSeries)
	}
	known := false
	for _, s := range c.Series {
		if len(s.Values) != len(c.Labels) {
			return fmt.Errorf("%w series %q has %d values, want %d", errChart, s.Name, len(s.Values), len(c.Labels))
		}
		for _, v := range s.Values {
			if math.IsInf(v, 0) || math.Abs(v) > 1e15 {
				return fmt.Errorf("%w series %q holds %v", errChart, s.Name, v)
			}
			known = known || !math.IsNaN(v)
		}
	}
	if !known {
		return fmt.Errorf("%w without a known figure", errChart)
	}
	return nil
}

// SVG draws c for a page. Looks are attributes, since the pages' policy allows
// no style. It fails when a series has not one value a label, when nothing is
// known, and beyond 60 labels or six series.
func (c Chart) SVG() ([]byte, error) {
	raw, err := c.render("svg", 1)
	if err != nil {
		return nil, err
	}
	return styleToAttributes(raw), nil
}

// styleToAttributes turns style="a:b;c:d" into a="b" c="d".
func styleToAttributes(svg []byte) []byte {
	var b bytes.Buffer
	for {
		at := bytes.Index(svg, []byte(` style="`))
		if at < 0 {
			b.Write(svg)
			return b.Bytes()
		}
		b.Write(svg[:at])
		svg = svg[at+len(` style="`):]
		end := bytes.IndexByte(svg, '"')
		if end < 0 {
			return b.Bytes()
		}
		for rule := range strings.SplitSeq(string(svg[:end]), ";") {
			if name, value, ok := strings.Cut(rule, ":"); ok {
				fmt.Fprintf(&b, ` %s="%s"`, strings.TrimSpace(name), strings.ReplaceAll(strings.TrimSpace(value), `'`, ""))
			}
		}
		svg = svg[end+1:]
	}
}

// shades go from dark to light and back, so that neighbours differ in grey.
var shades = []charts.Color{
	charts.ColorFromHex("#1f3a5f"), charts.ColorFromHex("#c9d6e5"), charts.ColorFromHex("#5b84b1"),
	charts.ColorFromHex("#000000"), charts.ColorFromHex("#e8e8e8"), charts.ColorFromHex("#808080"),
}

func (c Chart) render(format string, scale int) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	font, err := truetype.Parse(liberationserifregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("chart font: %w", err)
	}
	black := charts.ColorFromHex("#000000")
	theme := charts.MakeTheme(charts.ThemeOption{
		AxisStrokeColor: black, AxisSplitLineColor: charts.ColorFromHex("#cccccc"), BackgroundColor: charts.ColorFromHex("#ffffff"),
		TextColor: black, TextColorTitle: black, TextColorLegend: black, TextColorXAxis: black, TextColorYAxis: black,
		TextColorLabel: black, TextColorMark: black, SeriesColors: shades,
	})
	text := charts.FontStyle{FontSize: 11 * float64(scale), FontColor: black, Font: font}
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: format, Width: chartWidth * scale, Height: chartHeight * scale, Font: font, Theme: theme})
	var names []string
	var data [][]float64
	for _, s := range c.Series {
		names = append(names, s.Name)
		row := make([]float64, len(s.Values))
		for i, v := range s.Values {
			if row[i] = v; math.IsNaN(v) {
				row[i] = charts.GetNullValue()
			}
		}
		data = append(data, row)
	}
	format1 := func(v float64) string {
		if v == charts.GetNullValue() {
			return "" // unknown is not drawn, nor written as a number
		}
		return Decimal(v, 1)
	}
	pad := charts.NewBoxEqual(10 * scale)
	x := charts.XAxisOption{Labels: c.Labels, LabelFontStyle: text}
	y := []charts.YAxisOption{{LabelFontStyle: text, ValueFormatter: format1}}
	if c.least() >= 0 {
		y[0].Min = new(0.0) // an axis that begins elsewhere makes bars lie
	}
	legend := charts.LegendOption{SeriesNames: names, FontStyle: text}
	switch c.Kind {
	case Lines:
		o := charts.NewLineChartOptionWithData(data)
		o.Theme, o.Padding, o.XAxis, o.YAxis, o.Legend, o.ValueFormatter = theme, pad, x, y, legend, format1
		o.LineStrokeWidth, o.Symbol = 2*float64(scale), charts.SymbolDot
		for i := range o.SeriesList {
			o.SeriesList[i].Label = charts.SeriesLabel{Show: new(true), FontStyle: text, ValueFormatter: format1, Offset: charts.OffsetInt{Top: -8 * scale}}
		}
		err = p.LineChart(o)
	default:
		o := charts.NewBarChartOptionWithData(data)
		o.Theme, o.Padding, o.XAxis, o.YAxis, o.Legend, o.ValueFormatter = theme, pad, x, y, legend, format1
		o.StackSeries = new(c.Kind == StackedBars)
		for i := range o.SeriesList {
			o.SeriesList[i].Label = charts.SeriesLabel{Show: new(true), FontStyle: text, ValueFormatter: format1}
		}
		err = p.BarChart(o)
	}
	if err != nil {
		return nil, fmt.Errorf("draw chart: %w", err)
	}
	raw, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("draw chart: %w", err)
	}
	return raw, nil
}

// least is the smallest known figure.
func (c Chart) least() float64 {
	least := math.Inf(1)
	for _, s := range c.Series {
		for _, v := range s.Values {
			if v < least {
				least = v
			}
		}
	}
	return least
}

// chart compiles a chart: an image as wide as the text, its title below.
func (c *compiler) chart(in Chart) error {
	clean := Chart{Kind: in.Kind, Title: c.line(in.Title)}
	for _, l := range in.Labels {
		clean.Labels = append(clean.Labels, c.line(l))
	}
	for _, s := range in.Series {
		clean.Series = append(clean.Series, Series{Name: c.line(s.Name), Values: s.Values})
	}
	png, err := clean.render("png", 2)
	if err != nil {
		return err
	}
	width := min(c.width, section{}.width())
	c.add(picture{png: png, alt: clean.says(), width: width, height: width * chartHeight / chartWidth})
	if clean.Title != "" {
		p := centred(clean.Title, italic, sizeBody)
		p.before, p.after = 2, between
		c.add(p)
	}
	return nil
}

// says tells the figures in words, for those who cannot see the drawing.
func (c Chart) says() string {
	var b strings.Builder
	b.WriteString(c.Title)
	for _, s := range c.Series {
		for i, v := range s.Values {
			fmt.Fprintf(&b, "; %s, %s: %s", s.Name, c.Labels[i], Decimal(v, 2))
		}
	}
	return b.String()
}

// name is the same for the same image.
func (p picture) name() string {
	sum := sha256.Sum256(p.png)
	return hex.EncodeToString(sum[:8])
}

// picture draws an image; what follows, its title, stays with it.
func (d *pdfDoc) picture(p picture, width float64) item {
	return item{height: p.height, before: between, keep: true, draw: func(x, y float64) {
		o := fpdf.ImageOptions{ImageType: "PNG"}
		d.pdf.RegisterImageOptionsReader(p.name(), o, bytes.NewReader(p.png))
		d.pdf.ImageOptions(p.name(), x+(width-p.width)/2, y, p.width, p.height, false, o, 0, "")
	}}
}

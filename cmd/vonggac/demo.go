// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/app/demo"
	"github.com/vonggac/vonggac/internal/platform/config"
)

// demoSuffix is added to the name of the real data folder.
const demoSuffix = "-demo"

func demoCommand(std streams) *cobra.Command {
	var data, listen string
	var units int
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a centre with a fictitious province",
		Long: "Run a centre with a fictitious province: 40 units (more with --units), 1,200 machines, people, papers and duties, and logs that flow with infections in them.\n" +
			"It needs no network. Its data never mixes with real data: without --data it lies beside the real folder, in one whose\n" +
			"name ends in " + demoSuffix + ", and always in SQLite, whatever the configuration says of records.\n" +
			"It prints one-time sign-in links for five people; there is no default password. Delete the folder to begin anew.",
		Example: "  vonggac demo\n  vonggac demo --data ./demo-data --listen 127.0.0.1:8081\n  vonggac demo --data ./large --units 150",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := demo.Sized(demo.DefaultSeed, units); err != nil {
				return usageError{err}
			}
			given := map[string]string{}
			if cmd.Flags().Changed("data") {
				given["data"] = data
			}
			if cmd.Flags().Changed("listen") {
				given["listen"] = listen
			}
			host, err := os.Hostname()
			if err != nil {
				return fmt.Errorf("name of this machine: %w", err)
			}
			cfg, err := demoConfig(config.Sources{Env: os.Environ(), Flags: given, Hostname: host})
			if err != nil {
				return usageError{err}
			}
			a, err := app.Open(cmd.Context(), app.Options{Config: cfg, Log: logger(std.err, cfg), Version: versionText(), Demo: true, LakeCommand: lakeProgram()})
			if err != nil {
				return err
			}
			return serve(cmd.Context(), std, a, cfg, func(ctx context.Context) error { return play(ctx, std.out, a, cfg, units) })
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "`DIR` of the demo's data; default: the real data folder's name with "+demoSuffix)
	cmd.Flags().IntVar(&units, "units", demo.LeastUnits, "how many units the province has, 40 to 500")
	cmd.Flags().StringVar(&listen, "listen", "", "`ADDRESS` to serve on, host:port")
	return cmd
}

// demoConfig is the configuration of src with folder and records apart from
// the real ones.
func demoConfig(src config.Sources) (*config.Config, error) {
	flags := map[string]string{}
	maps.Copy(flags, src.Flags)
	if _, given := flags["data"]; !given {
		real, err := config.Load(src)
		if err != nil {
			return nil, err
		}
		flags["data"] = filepath.Clean(real.Data) + demoSuffix
	}
	flags["records.address"] = filepath.Join(flags["data"], "records.db")
	src.Flags = flags
	return config.Load(src)
}

// history is how much of the past the demo brings in; its test takes less.
var history = 24 * time.Hour

// play runs the province in a until ctx ends or serving fails, and is over only
// when nothing of it acts any more.
func play(ctx context.Context, w io.Writer, a *app.App, cfg *config.Config, units int) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	over := make(chan error, 1)
	go func() {
		defer stop()
		over <- a.RunDemo(ctx, demo.Options{
			Units:   units,
			History: history,
			Ready:   func(list []demo.Invitation) { invite(w, cfg, list) },
			Seeded:  func() { fmt.Fprint(w, seeded) },
		})
	}()
	err := a.Wait(ctx)
	stop()
	if failed := <-over; failed != nil {
		return failed
	}
	return err
}

const seeded = "\nNhật ký 24 giờ qua đã đọc xong, từ đây cứ 10 giây có thêm. Dừng: Ctrl+C.\n" +
	"The logs of the last 24 hours have been read; more come every 10 seconds. Stop with Ctrl+C.\n"

// guide says who each person is and what to look at as them.
var guide = map[string]struct{ vi, en string }{
	demo.CentreOfficer: {"cán bộ Trung tâm: xem đơn vị và dải địa chỉ, danh sách chỉ dấu, nguồn nhật ký và tệp đã đọc.",
		"officer of the centre: look at units with their address plan, lists of indicators, sources and the files read."},
	demo.DutyOfficer: {"trực ban: xem trang Hôm nay, hàng đợi phát hiện, máy nhiễm, và sự cố có đồng hồ báo cáo 24 giờ đang chạy.",
		"duty officer: look at Today, the queue of findings, infected machines, and the incident whose 24-hour clock is running."},
	demo.Director: {"lãnh đạo Trung tâm: văn bản chờ ký, đề nghị gia hạn chờ trả lời, bảng tình hình việc phải làm, việc định kỳ.",
		"head of the centre: a paper waits for a signature, a unit asks for more time; look at the board of duties and the periodic ones."},
	demo.Clerk: {"văn thư Trung tâm: sổ văn bản đến, đi; văn bản chờ cho số, chờ đóng dấu, chờ biên nhận.",
		"clerk of the centre: the registers of papers; some wait for a number, a seal or receipts."},
	demo.Deputy: {"lãnh đạo tỉnh: trang Hôm nay một mặt giấy A4, bảng theo dõi chỉ đạo, đơn vị làm tốt và còn chậm.",
		"leader of the province: Today on one A4, the scoreboards of directives, the best and the worst units."},
	demo.Inspector: {"thanh tra viên: minh chứng theo từng yêu cầu, đơn vị chưa có thủ trưởng; chỉ xem, không sửa.",
		"inspector: evidence by requirement, units without a head; looks and changes nothing."},
	demo.Administrator: {"quản trị viên: tài khoản, cài đặt, quy định; không thấy nội dung vụ việc.",
		"administrator: accounts, settings, rules; sees no case."},
	demo.UnitOfficer: {"cán bộ xã Phiêng Lúa: chỉ thấy đơn vị mình, trong đó có một máy nhiễm và việc đã quá hạn.",
		"officer of one commune: sees nothing but their own unit, where one machine is infected and a duty is overdue."},
}

// invite prints whom to try the product as.
func invite(w io.Writer, cfg *config.Config, list []demo.Invitation) {
	fmt.Fprint(w, "\nTỉnh Vọng Giang là giả định: không tên, số, địa chỉ nào có thật. Dùng thử với vai:\n"+
		"The province of Vọng Giang is fictitious: no name, number or address in it is real. Try it as:\n")
	fresh, known := false, false
	for _, i := range list {
		g := guide[i.Person.Login]
		fmt.Fprintf(w, "\n  %s (%s), %s\n    %s\n    %s\n", i.Person.Name, i.Person.Login, i.Person.Title, g.vi, g.en)
		if i.Address != "" {
			fresh = true
			fmt.Fprintf(w, "    %s\n", i.Address)
			continue
		}
		known = true
		fmt.Fprintf(w, "    %s/sign-in (mật khẩu đã chọn / the password chosen before)\n", cfg.URL)
	}
	if fresh {
		fmt.Fprint(w, "\nMỗi liên kết dùng một lần, trong 7 ngày.\nEach link works once, within 7 days.\n")
	}
	if known {
		fmt.Fprintf(w, "\nQuên mật khẩu thì dừng bản dùng thử rồi lấy liên kết mới:\n"+
			"Password forgotten: stop the demo, then make a new link:\n    vonggac account link LOGIN --data %q\n", cfg.Data)
	}
}

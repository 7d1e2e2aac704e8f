// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package guide

import "strings"

// topics say which part of the guide explains a screen. The longest path that a
// screen's begins with wins.
var topics = []struct{ path, page string }{
	{"/setup/backup", "/guide/sao-luu#chon-noi"},
	{"/setup/people", "/guide/tai-khoan#them-nguoi"},
	{"/setup/log", "/guide/bat-dau#nhat-ky"},
	{"/setup/units", "/guide/bat-dau#don-vi"},
	{"/setup", "/guide/bat-dau#gio-dau"},
	{"/settings/backup", "/guide/sao-luu#chon-noi"},
	{"/settings/mail", "/guide/quan-tri#cai-dat"},
	{"/settings/health", "/guide/su-co#tu-kiem-tra"},
	{"/settings/template", "/guide/quan-tri#mau-word"},
	{"/settings/webhooks", "/guide/api#webhook"},
	{"/settings", "/guide/quan-tri#cai-dat"},
	{"/keys", "/guide/api#khoa"},
	{"/audit", "/guide/quan-tri#nhat-ky-thao-tac"},
	{"/accounts", "/guide/tai-khoan#them-nguoi"},
	{"/account", "/guide/tai-khoan#cua-minh"},
	{"/units", "/guide/quan-tri#don-vi"},
	{"/contacts", "/guide/quan-tri#don-vi"},
	{"/settings/intake", "/guide/nguon-nhat-ky#gui-thang"},
	{"/collectors", "/guide/bo-thu#chuan-bi"},
	{"/sources", "/guide/nguon-nhat-ky#khai-bao"},
	{"/files", "/guide/nguon-nhat-ky#doc-ket-qua"},
	{"/feeds", "/guide/nguon-nhat-ky#nguon-chi-dau"},
	{"/indicators", "/guide/nguon-nhat-ky#chi-dau"},
	{"/findings", "/guide/truc-ban#hang-cho"},
	{"/infections", "/guide/truc-ban#may-nhiem"},
	{"/hunts", "/guide/truc-ban#tra-nguoc"},
	{"/events", "/guide/truc-ban#tra-nhat-ky"},
	{"/incidents", "/guide/truc-ban#su-co"},
	{"/papers", "/guide/bieu-mau#su-co"},
	{"/periodic-reports", "/guide/bieu-mau#dinh-ky"},
	{"/boards", "/guide/chi-dao#bang"},
	{"/directives", "/guide/chi-dao#dua-vao"},
	{"/measures", "/guide/chi-dao#chi-so"},
	{"/obligations", "/guide/viec-phai-lam#danh-sach"},
	{"/obligations/new", "/guide/viec-phai-lam#giao-viec"},
	{"/obligations/periodic", "/guide/viec-phai-lam#dinh-ky"},
	{"/documents", "/guide/van-ban#vao-so"},
	{"/signatures", "/guide/chu-ky-so#so"},
	{"/calendar", "/guide/lich#ngay-nghi"},
	{"/rules", "/guide/quy-dinh#tra"},
}

// For is the part of the guide that explains the screen at path, the table of
// contents where none does.
func For(path string) string {
	best, page := "", "/guide"
	for _, t := range topics {
		if (path == t.path || strings.HasPrefix(path, t.path+"/")) && len(t.path) > len(best) {
			best, page = t.path, t.page
		}
	}
	return page
}

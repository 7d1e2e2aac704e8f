// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import "syscall"

// bound makes the engine die with the thread that started it, however that
// ends, and keeps the terminal's signals from it.
func bound() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// standsBack is how far the engine does so (nice(2)) where all want the
// processor: a tenth of the weight of what receives and reads lines.
const standsBack = 10

// giveWay lowers the priority of the thread, and of what it starts.
func giveWay() error { return syscall.Setpriority(syscall.PRIO_PROCESS, 0, standsBack) }

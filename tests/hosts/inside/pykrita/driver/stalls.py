"""How long the thread that draws Krita's windows was away from its events."""

import time

from driver.qt import QtCore


class Stalls:
    """A timer that should come every millisecond, and how late it came. Used as ``with``, around steps.

    ``longest``: milliseconds between two of its calls, at most. ``longest_busy``: of which this thread had the
    processor; what is missing from the former went to other programs, or was waiting for a lock or the disk.
    """

    def __init__(self):
        self.longest = self.longest_busy = 0.0
        self.count_over_16 = 0
        self.timer = QtCore.QTimer()
        self.timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.came)

    def __enter__(self):
        self.last, self.last_busy = time.perf_counter(), time.thread_time()
        self.timer.start(1)
        return self

    def __exit__(self, *_):
        self.came()
        self.timer.stop()

    def came(self):
        now, busy = time.perf_counter(), time.thread_time()
        gap, gap_busy = 1000 * (now - self.last), 1000 * (busy - self.last_busy)
        self.longest = max(self.longest, gap)
        self.longest_busy = max(self.longest_busy, gap_busy)
        self.count_over_16 += gap_busy > 16
        self.last, self.last_busy = now, busy

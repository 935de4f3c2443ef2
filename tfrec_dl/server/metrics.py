"""Request counts and latencies for Prometheus, under the names that TF Serving uses."""

import bisect
import threading
from collections import Counter

from tfrec_dl.server.statuses import Code

PREFIX = ":tensorflow:serving"
BOUNDS = tuple(10 * 1.8**power for power in range(33))  # microseconds


class Metrics:
    """Thread-safe counters of a server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._buckets: dict[tuple[str, str, str], list[int]] = {}
        self._sums: Counter[tuple[str, str, str]] = Counter()

    def note(self, model: str, method: str, entry: str, code: Code, seconds: float) -> None:
        """Counts a request.

        Args:
            model: name of the model; "" for models that are not served, so that clients cannot create any number of
                entries.
            method: name of the method, such as "predict".
            entry: "REST" or "GRPC".
            code: outcome of the request.
            seconds: duration.
        """
        microseconds = int(seconds * 1e6)
        key = (model, method, entry)
        with self._lock:
            self._counts[model, code.name] += 1
            buckets = self._buckets.setdefault(key, [0] * (len(BOUNDS) + 1))
            buckets[bisect.bisect_left(BOUNDS, microseconds)] += 1
            self._sums[key] += microseconds

    def page(self) -> str:
        """Returns all metrics in Prometheus's text format."""
        lines = [f"# TYPE {PREFIX}:request_count counter"]
        with self._lock:
            for (model, status), count in sorted(self._counts.items()):
                lines.append(f'{PREFIX}:request_count{{model_name="{_escaped(model)}",status="{status}"}} {count}')
            lines.append(f"# TYPE {PREFIX}:request_latency histogram")
            for key, buckets in sorted(self._buckets.items()):
                model, method, entry = key
                labels = f'model_name="{_escaped(model)}",API="{method}",entrypoint="{entry}"'
                total = 0
                for bound, count in zip((*(f"{each:.6g}" for each in BOUNDS), "+Inf"), buckets, strict=True):
                    total += count
                    lines.append(f'{PREFIX}:request_latency_bucket{{{labels},le="{bound}"}} {total}')
                lines.append(f"{PREFIX}:request_latency_sum{{{labels}}} {self._sums[key]}")
                lines.append(f"{PREFIX}:request_latency_count{{{labels}}} {total}")
        return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

"""A minimum cut of a directed graph, by Dinic's algorithm.

E. A. Dinic, Algorithm for solution of a problem of maximum flow in a network with power
estimation, Soviet Math. Dokl. 11 (1970).
"""

from __future__ import annotations

from collections import deque

INFINITE = 10**9


class Network:
    """Nodes are numbered from 0; 0 is the source and 1 the sink."""

    def __init__(self) -> None:
        self.edges: list[list[int]] = [[], []]
        self.ends: list[int] = []
        self.capacity: list[int] = []

    def node(self) -> int:
        self.edges.append([])
        return len(self.edges) - 1

    def connect(self, a: int, b: int, capacity: int) -> None:
        for start, end, room in ((a, b, capacity), (b, a, 0)):
            self.edges[start].append(len(self.ends))
            self.ends.append(end)
            self.capacity.append(room)

    def source_side(self) -> list[bool]:
        """For each node, whether it is on the source's side of the cut nearest to the sink."""
        while (level := self._levels())[1] >= 0:
            at = [0] * len(self.edges)
            while self._augment(level, at):
                pass
        reaches_sink = [False] * len(self.edges)
        reaches_sink[1] = True
        queue = deque([1])
        while queue:
            node = queue.popleft()
            for e in self.edges[node]:
                before = self.ends[e]
                if self.capacity[e ^ 1] > 0 and not reaches_sink[before]:
                    reaches_sink[before] = True
                    queue.append(before)
        return [not r for r in reaches_sink]

    def _levels(self) -> list[int]:
        level = [-1] * len(self.edges)
        level[0] = 0
        queue = deque([0])
        while queue:
            node = queue.popleft()
            for e in self.edges[node]:
                if self.capacity[e] > 0 and level[self.ends[e]] < 0:
                    level[self.ends[e]] = level[node] + 1
                    queue.append(self.ends[e])
        return level

    def _augment(self, level: list[int], at: list[int]) -> bool:
        """Push flow along one path of the layered graph."""
        path: list[int] = []
        node = 0
        while node != 1:
            while at[node] < len(self.edges[node]):
                e = self.edges[node][at[node]]
                if self.capacity[e] > 0 and level[self.ends[e]] == level[node] + 1:
                    break
                at[node] += 1
            else:
                if not path:
                    return False
                node = self.ends[path.pop() ^ 1]
                at[node] += 1
                continue
            path.append(e)
            node = self.ends[e]
        flow = min(self.capacity[e] for e in path)
        for e in path:
            self.capacity[e] -= flow
            self.capacity[e ^ 1] += flow
        return True

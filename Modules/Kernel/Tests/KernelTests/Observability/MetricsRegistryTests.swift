import Metrics
import Testing

@testable import Kernel

@Suite struct MetricsRegistryTests {
    let registry = MetricsRegistry()

    private var lines: [Substring] { registry.page().split(separator: "\n") }

    @Test func showsCountersOfSwiftMetrics() {
        Counter(label: "jobs.run", dimensions: [("job", "clean")], factory: registry).increment(by: 2)
        // The same labels are the same series.
        Counter(label: "jobs.run", dimensions: [("job", "clean")], factory: registry).increment()
        #expect(lines == ["# TYPE jobs_run_total counter", #"jobs_run_total{job="clean"} 3"#])
    }

    @Test func showsGaugesAndFractions() {
        Gauge(label: "level", factory: registry).record(1.5)
        Meter(label: "depth", factory: registry).increment(by: 4)
        FloatingPointCounter(label: "spent", factory: registry).increment(by: 0.25)
        #expect(lines.contains("level 1.5"))
        #expect(lines.contains("depth 4"))
        #expect(lines.contains("spent_total 0.25"))
    }

    @Test func showsTimersInSecondsAndCumulatively() {
        let timer = Timer(label: "query", factory: registry)
        timer.recordNanoseconds(400_000)
        timer.recordNanoseconds(500_000)
        timer.recordNanoseconds(3_000_000)
        timer.recordNanoseconds(60_000_000_000)
        #expect(lines.contains(#"query_seconds_bucket{le="0.0005"} 2"#))
        #expect(lines.contains(#"query_seconds_bucket{le="0.0025"} 2"#))
        #expect(lines.contains(#"query_seconds_bucket{le="0.005"} 3"#))
        #expect(lines.contains(#"query_seconds_bucket{le="10"} 3"#))
        #expect(lines.contains(#"query_seconds_bucket{le="+Inf"} 4"#))
        #expect(lines.contains("query_seconds_count 4"))
    }

    @Test func aRecorderThatAggregatesIsAHistogramOfValues() {
        Recorder(label: "batch.size", factory: registry).record(7)
        #expect(lines.contains(#"batch_size_bucket{le="5"} 0"#))
        #expect(lines.contains(#"batch_size_bucket{le="10"} 1"#))
    }

    @Test func oneNameForTwoKindsStaysAValidPage() {
        registry.gauge("load").add(1)
        registry.histogram("load").observe(1)
        #expect(lines.contains("# TYPE load gauge"))
        #expect(lines.contains("# TYPE load_histogram histogram"))
    }

    @Test func whatIsDestroyedLeavesThePage() {
        let counter = Counter(label: "short", factory: registry)
        counter.increment()
        #expect(!lines.isEmpty)
        counter.destroy()
        #expect(lines.isEmpty)
    }

    @Test func aValueThatIsNoNumberIsNotCounted() {
        let histogram = registry.histogram("h")
        histogram.observe(.nan)
        histogram.observe(0.1)
        #expect(histogram.snapshot.count == 1)
        #expect(histogram.snapshot.sum == 0.1)
    }

    @Test func losesNothingUnderConcurrency() async {
        let counter = registry.counter("c")
        let gauge = registry.gauge("g")
        let histogram = registry.histogram("h")
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<5_000 {
                        counter.increment()
                        gauge.add(1)
                        histogram.observe(0.001)
                    }
                }
            }
        }
        #expect(counter.value == 40_000)
        #expect(gauge.value == 40_000)
        #expect(histogram.snapshot.count == 40_000)
    }

    @Test func showsTheProcess() {
        ProcessMetrics(registry: registry)
        for name in [
            "process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total", "process_max_fds",
        ] {
            let value = lines.first { $0.hasPrefix("\(name) ") }?.split(separator: " ").last.flatMap { Double($0) }
            #expect(value ?? 0 > 0, "\(name)")
        }
        #expect(lines.contains { $0.hasPrefix("process_uptime_seconds ") })
    }
}

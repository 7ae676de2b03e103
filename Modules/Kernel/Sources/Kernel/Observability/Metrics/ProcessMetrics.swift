import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// What the operating system says about the process, read when the page is. Names as the Prometheus client libraries
/// have them (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics).
public struct ProcessMetrics: MetricCollector {
    private let started = ContinuousClock.now

    /// Shows its figures on the page of `registry`. Uptime counts from here.
    @discardableResult
    public init(registry: MetricsRegistry) {
        registry.add(self)
    }

    func collect(into page: inout PrometheusText) {
        func show(_ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: Double?) {
            guard let value else { return }
            page.family(name, kind, help: help)
            page.sample(name, "", value)
        }
        show("process_resident_memory_bytes", .gauge, "Memory in RAM.", ProcessMetrics.residentBytes)
        show("process_open_fds", .gauge, "Open file descriptors.", ProcessMetrics.openDescriptors)
        show("process_max_fds", .gauge, "Limit of open file descriptors.", ProcessMetrics.descriptorLimit)
        show("process_cpu_seconds_total", .counter, "User and system CPU time.", ProcessMetrics.cpuSeconds)
        show("process_uptime_seconds", .gauge, "Time since the start.", (ContinuousClock.now - started).seconds)
    }

    /// The second number of statm: resident pages (proc(5)).
    private static var residentBytes: Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Without the one that lists them.
    private static var openDescriptors: Double? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") else { return nil }
        return Double(max(names.count - 1, 0))
    }

    private static var descriptorLimit: Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Double(limit.rlim_cur)
    }

    /// By the process's clock: /proc/self/stat counts in hundredths of a second.
    private static var cpuSeconds: Double? {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

extension Duration {
    /// As a fraction of seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

import Metrics

/// The phases and queues as metrics.
struct CutoverFigures: Sendable {
    let phases: PhaseStore
    let repairs: RepairStore

    func record() async throws {
        for record in try await phases.records() {
            let dimensions = [("set", record.set.rawValue)]
            let phase = Phase.allCases.firstIndex(of: record.state.phase) ?? 0
            // 0 kv, 1 dual_write, 2 postgres_reads, 3 postgres_only.
            Gauge(label: "cutover_phase", dimensions: dimensions).record(phase)
            Gauge(label: "cutover_epoch", dimensions: dimensions).record(record.state.epoch)
            Gauge(label: "cutover_changing", dimensions: dimensions).record(record.state.change == nil ? 0 : 1)
        }
        for figures in try await repairs.figures() {
            let dimensions = [("set", figures.set.rawValue)]
            Gauge(label: "cutover_repairs_waiting", dimensions: dimensions).record(figures.repairs)
            Gauge(label: "cutover_copies_waiting", dimensions: dimensions).record(figures.copies)
        }
    }
}

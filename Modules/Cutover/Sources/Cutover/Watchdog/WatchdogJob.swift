import Logging
import Synchronization

/// Looks at the figures once a minute, tells of alarms, and takes a data set one phase back if told to.
final class WatchdogJob: Sendable {
    private let meter: CutoverMeter
    private let alerts: Alerts
    private let changes: PhaseChanges
    private let retreats: Bool
    /// Alarms that were told of and still hold: each is told of once.
    private let standing = Mutex<[DataSetName: Set<Watchdog.Alarm>]>([:])

    init(meter: CutoverMeter, alerts: Alerts, changes: PhaseChanges, retreats: Bool) {
        self.meter = meter
        self.alerts = alerts
        self.changes = changes
        self.retreats = retreats
    }

    func run() async throws {
        for set in DataSetName.withPhase {
            let alarms = Set(Watchdog.alarms(meter.complete(set, last: Watchdog.minutesOfSlowness)))
            let new = standing.withLock { standing in
                defer { standing[set] = alarms }
                return alarms.subtracting(standing[set] ?? [])
            }
            for alarm in new { await alerts.send(Alert(set: set, text: alarm.rawValue)) }
            if retreats, let alarm = new.first { try await retreat(set, because: alarm) }
        }
    }

    private func retreat(_ set: DataSetName, because alarm: Watchdog.Alarm) async throws {
        do {
            let record = try await changes.begin(.retreat, set, .init(by: "watchdog", reason: alarm.rawValue))
            let target = record.state.change?.target.rawValue ?? ""
            await alerts.send(Alert(set: set, text: "the watchdog takes it back to \(target)"))
        } catch let refusal as PhaseRefusal {
            // Another instance saw the same and was faster, or there is no way back.
            await alerts.send(Alert(set: set, text: "the watchdog cannot take it back: \(refusal)"))
        }
    }
}

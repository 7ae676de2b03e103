import DequeModule

/// What is in flight on one connection in pipeline mode, in the order in which the answers will come.
///
/// A value without I/O: the loop tells it what it sent and what arrived, and does what it says. The rules, as libpq 15
/// and the server have them:
/// - A statement answers rows or an error. After an error, everything up to the next Sync is aborted: it did not run.
/// - All statements under one Sync are one transaction, committed at the Sync. Hence a write is acknowledged at its
///   Sync, never before, and no two callers' writes share one. Reads may share one, and are answered as they come.
/// - PREPARE has a Sync of its own, so that no neighbour's failure aborts it.
struct Pipeline<Job> {
    /// One expected answer.
    enum Entry {
        /// A read, which may share its Sync with others.
        case read(Job, PreparedStatement?)
        /// One statement of a job that has the next Sync for itself.
        case step(Job, PreparedStatement?)
        /// The BEGIN that precedes a job's first step.
        case begin(Job)
        case prepare(PreparedStatement)
        /// Housekeeping whose answer does not matter.
        case aside
        /// The end of a transaction: of a job's, or of reads or housekeeping.
        case sync(Job?)
    }

    /// What arrived.
    enum Event {
        /// Rows, or word that the statement was done.
        case success
        /// An error of the server.
        case failure
        /// The statement was skipped because an earlier one under the same Sync failed.
        case aborted
        /// The answer to a Sync.
        case sync
    }

    /// What is to be done about it.
    enum Step {
        case nothing
        /// The read is done: hand the rows over.
        case answer(Job)
        /// The read failed.
        case refuse(Job, PreparedStatement?)
        /// The read did not run: send it again.
        case again(Job)
        /// Keep the rows until the job's Sync.
        case keep(Job)
        /// Keep the error until the job's Sync.
        case note(Job, PreparedStatement?)
        /// The job is over: committed, unless an error was noted.
        case finish(Job)
        /// The server could not prepare the statement.
        case unprepared(PreparedStatement)
        /// The answer fits nothing that was sent: the connection cannot be trusted any more.
        case violation
    }

    private var entries = Deque<Entry>()

    /// Reads, and groups of statements under one Sync, that have not been answered.
    private(set) var jobCount = 0

    /// Whether nothing is in flight.
    var isEmpty: Bool { entries.isEmpty }

    /// Notes what was sent.
    mutating func sent(_ entry: Entry) {
        switch entry {
        case .read, .sync(.some): jobCount += 1
        default: break
        }
        entries.append(entry)
    }

    /// Notes what arrived.
    mutating func received(_ event: Event) -> Step {
        guard let head = entries.first else { return .violation }
        if case .sync(let job) = head {
            switch event {
            case .sync:
                entries.removeFirst()
                guard let job else { return .nothing }
                jobCount -= 1
                return .finish(job)
            case .failure:
                // The commit itself failed, as a deferred constraint does; the Sync's own answer follows.
                return job.map { .note($0, nil) } ?? .nothing
            case .success, .aborted:
                return .violation
            }
        }
        if event == .sync { return .violation }
        entries.removeFirst()
        switch head {
        case .read(let job, let statement):
            jobCount -= 1
            switch event {
            case .success: return .answer(job)
            case .failure: return .refuse(job, statement)
            default: return .again(job)
            }
        case .step(let job, let statement):
            switch event {
            case .success: return .keep(job)
            case .failure: return .note(job, statement)
            default: return .nothing
            }
        case .begin(let job):
            return event == .failure ? .note(job, nil) : .nothing
        case .prepare(let statement):
            return event == .success ? .nothing : .unprepared(statement)
        case .aside, .sync:
            return .nothing
        }
    }

    /// Empties the pipeline of a connection that is gone.
    ///
    /// - Returns: the reads, which can run elsewhere, and the other jobs, which may have taken effect.
    mutating func lost() -> (again: [Job], unknown: [Job]) {
        var again: [Job] = []
        var unknown: [Job] = []
        for entry in entries {
            switch entry {
            case .read(let job, _): again.append(job)
            case .sync(.some(let job)): unknown.append(job)
            default: break
            }
        }
        entries.removeAll()
        jobCount = 0
        return (again, unknown)
    }

    /// The jobs in flight.
    var jobs: [Job] {
        entries.compactMap { entry in
            switch entry {
            case .read(let job, _), .sync(.some(let job)): job
            default: nil
            }
        }
    }
}

extension Attempt {
    /// What the replies to a transaction mean: to MULTI, to each command (`QUEUED`), and to EXEC.
    ///
    /// - Parameter raw: all of them.
    static func transaction(_ raw: [KeyValueReply]) -> Attempt {
        guard let last = raw.last, raw.count >= 2 else {
            return .failed(.violation("a transaction has no answer"), mayHaveRun: true, isPassing: false)
        }
        if case .error(let error)? = raw.first {
            // They were sent in one go. What the server accepted after refusing MULTI ran outside a transaction.
            let ranAlone = raw.dropFirst().contains { if case .error = $0 { false } else { true } }
            return ranAlone
                ? .failed(.connection("the server refused MULTI only"), mayHaveRun: true, isPassing: false)
                : .refused(error)
        }
        if case .error(let error) = last {
            // The reason stands with the command that was not queued.
            let reason = raw.dropFirst().lazy.compactMap { reply -> KeyValueError? in
                if case .error(let error) = reply { error } else { nil }
            }.first
            return .refused(reason ?? error)
        }
        guard let replies = last.elements, replies.count == raw.count - 2 else {
            return .failed(.violation("a transaction's answer does not fit"), mayHaveRun: true, isPassing: false)
        }
        return Attempt(replies: replies)
    }
}

extension KeyValueError {
    /// What a server's error line means: without RESP's `-`, or the `error` member of a REST answer.
    ///
    /// Codes by the Redis documentation; the texts about quotas are Upstash's (`ERR max daily request limit exceeded`,
    /// `ERR max requests limit exceeded. Limit: …`).
    init(serverText text: String) {
        // A code is one word of capitals; REST answers may have none at all.
        let word = text.prefix { !$0.isWhitespace }
        let isCode = !word.isEmpty && word.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        let code = isCode ? KeyValueServerCode(rawValue: String(word)) : .error
        let kind: Kind =
            switch code.rawValue {
            case "NOAUTH", "WRONGPASS": .authentication
            case "MOVED": .moved(to: text.split(separator: " ").dropFirst(2).first.map(String.init) ?? "")
            case "ERR" where text.hasPrefix("ERR max ") && text.contains("limit exceeded"): .limited(retryAfter: nil)
            case "ERR" where text.hasPrefix("ERR AUTH ") || text.hasPrefix("ERR invalid password"): .authentication
            default: .server(code)
            }
        let message =
            switch kind {
            case .authentication: "the server refused the password or token"
            case .limited: "the provider's quota of requests is used up"
            case .moved: "the key lives on another node of the cluster"
            default: "the server refused the command (\(code.rawValue))"
            }
        self.init(kind, message, serverText: text)
    }

    /// Whether a command that was answered so did not run and may soon succeed.
    var isTransientRefusal: Bool {
        if case .server(let code) = kind { code.isTransient } else { false }
    }
}

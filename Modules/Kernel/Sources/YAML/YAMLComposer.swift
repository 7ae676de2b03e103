/// Builds nodes out of events.
struct YAMLComposer {
    /// A node with what a copy of it costs.
    private struct Composed {
        var node: YAMLNode
        /// Nodes in it, itself included.
        var count = 1
        /// How deep it nests; a scalar 0.
        var height = 0
    }

    private let events: YAMLEvents
    private let limits: YAMLLimits
    /// A node enters when it is complete: an alias inside its own anchor finds nothing.
    private var anchors: [String: Composed] = [:]
    private var aliasedNodes = 0

    init(events: YAMLEvents, limits: YAMLLimits) {
        self.events = events
        self.limits = limits
    }

    /// Reads the only document.
    mutating func document() throws(YAMLError) -> YAMLNode {
        _ = try events.next()  // streamStart
        guard case .documentStart = try events.next().kind else {
            return try emptyDocument()
        }
        let root = try node(try events.next(), depth: 0).node
        _ = try events.next()  // documentEnd
        let end = try events.next()
        guard case .streamEnd = end.kind else { throw error(end.mark, "only one document is allowed") }
        return root
    }

    private func emptyDocument() throws(YAMLError) -> YAMLNode {
        let mark = YAMLMark(line: 1, column: 1)
        return YAMLNode(.scalar(try scalar("", .plain, tag: nil, mark)), mark: mark)
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Composed {
        let composed: Composed
        let anchor: String?
        switch event.kind {
        case .alias(let name):
            return try copy(of: name, event.mark, depth: depth)
        case .scalar(let text, let style, let properties):
            let value = try scalar(text, style, tag: properties.tag, event.mark)
            composed = Composed(node: YAMLNode(.scalar(value), mark: event.mark))
            anchor = properties.anchor
        case .sequenceStart(let properties):
            composed = try sequence(event.mark, tag: properties.tag, depth: depth + 1)
            anchor = properties.anchor
        case .mappingStart(let properties):
            composed = try mapping(event.mark, tag: properties.tag, depth: depth + 1)
            anchor = properties.anchor
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            throw error(event.mark, "a value is missing")
        }
        if let anchor { anchors[anchor] = composed }
        return composed
    }

    private mutating func sequence(_ mark: YAMLMark, tag: String?, depth: Int) throws(YAMLError) -> Composed {
        try check(mark, depth: depth)
        try check(mark, tag: tag, is: "seq")
        var result = Composed(node: YAMLNode(.sequence([]), mark: mark), height: 1)
        var items: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { break }
            let item = try node(event, depth: depth)
            items.append(item.node)
            result.count += item.count
            result.height = max(result.height, item.height + 1)
        }
        result.node.content = .sequence(items)
        return result
    }

    private mutating func mapping(_ mark: YAMLMark, tag: String?, depth: Int) throws(YAMLError) -> Composed {
        try check(mark, depth: depth)
        try check(mark, tag: tag, is: "map")
        var result = Composed(node: YAMLNode(.mapping([]), mark: mark), height: 1)
        var entries: [YAMLEntry] = []
        var lines: [String: Int] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { break }
            guard let key = try node(event, depth: depth).node.scalar?.text else {
                throw error(event.mark, "a key must be a single value")
            }
            if let line = lines.updateValue(event.mark.line, forKey: key) {
                throw error(event.mark, "the key '\(key)' was already given on line \(line)")
            }
            let value = try node(try events.next(), depth: depth)
            entries.append(YAMLEntry(key: key, keyMark: event.mark, value: value.node))
            result.count += value.count
            result.height = max(result.height, value.height + 1)
        }
        result.node.content = .mapping(entries)
        return result
    }

    private mutating func copy(of anchor: String, _ mark: YAMLMark, depth: Int) throws(YAMLError) -> Composed {
        guard let composed = anchors[anchor] else { throw error(mark, "there is no anchor '\(anchor)' before this") }
        try check(mark, depth: depth + composed.height)
        aliasedNodes += composed.count
        guard aliasedNodes <= limits.aliasedNodes else {
            throw error(mark, "aliases expand to more than \(limits.aliasedNodes) values")
        }
        return composed
    }

    private func scalar(
        _ text: String,
        _ style: YAMLScalar.Style,
        tag: String?,
        _ mark: YAMLMark
    ) throws(YAMLError) -> YAMLScalar {
        do {
            return try YAMLScalar(text: text, style: style, tag: tag)
        } catch {
            throw self.error(mark, error.reason)
        }
    }

    private func check(_ mark: YAMLMark, depth: Int) throws(YAMLError) {
        guard depth <= limits.depth else { throw error(mark, "nested deeper than \(limits.depth) levels") }
    }

    private func check(_ mark: YAMLMark, tag: String?, is name: String) throws(YAMLError) {
        guard let tag, tag != "!", tag != CoreSchema.tag(name) else { return }
        throw error(mark, "unknown tag '\(tag)'")
    }

    private func error(_ mark: YAMLMark, _ reason: String) -> YAMLError {
        YAMLError(file: events.file, mark: mark, reason: reason)
    }
}

import CYAML

/// One event of libyaml's parser, copied into Swift.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias(anchor: String)
        case scalar(text: String, style: YAMLScalar.Style, properties: YAMLProperties)
        case sequenceStart(YAMLProperties), sequenceEnd
        case mappingStart(YAMLProperties), mappingEnd
    }

    let kind: Kind
    let mark: YAMLMark
}

/// What may stand before a node.
struct YAMLProperties {
    let anchor: String?
    let tag: String?
}

/// The events of a text, one at a time: all that touches libyaml's C interface.
final class YAMLEvents {
    let file: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(text: String, file: String) {
        self.file = file
        // libyaml keeps a pointer to its input, so both live as long as this object.
        input = .allocate(capacity: text.utf8.count)
        _ = input.initialize(from: text.utf8)
        parser = .allocate(capacity: 1)
        let isReady = yaml_parser_initialize(parser)
        precondition(isReady == 1, "out of memory")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event. Must not be called after `streamEnd`.
    func next() throws(YAMLError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw parserError() }
        defer { yaml_event_delete(&event) }
        return YAMLEvent(kind: kind(of: event), mark: YAMLMark(event.start_mark))
    }

    private func kind(of event: yaml_event_t) -> YAMLEvent.Kind {
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT:
            return .alias(anchor: string(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return .scalar(
                text: text,
                style: scalar.style == YAML_PLAIN_SCALAR_STYLE ? .plain : .quoted,
                properties: YAMLProperties(anchor: string(scalar.anchor), tag: string(scalar.tag))
            )
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .sequenceStart(YAMLProperties(anchor: string(start.anchor), tag: string(start.tag)))
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(YAMLProperties(anchor: string(start.anchor), tag: string(start.tag)))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default:
            // Only after the end of the stream, which the composer never reads past.
            preconditionFailure("libyaml returned no event")
        }
    }

    private func string(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        bytes.map { String(cString: $0) }
    }

    private func parserError() -> YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
        let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
        // For a forbidden character libyaml tells the byte only.
        let isCharacter = parser.pointee.error == YAML_READER_ERROR
        let mark = isCharacter ? mark(ofByte: parser.pointee.problem_offset) : YAMLMark(parser.pointee.problem_mark)
        return YAMLError(file: file, mark: mark, reason: problem + context)
    }

    private func mark(ofByte offset: Int) -> YAMLMark {
        let before = String(decoding: input.prefix(offset), as: UTF8.self).unicodeScalars
        let lastLine = before.lastIndex(of: "\n").map { before[before.index(after: $0)...] } ?? before[...]
        return YAMLMark(line: before.count { $0 == "\n" } + 1, column: lastLine.count + 1)
    }
}

extension YAMLMark {
    /// libyaml counts from 0.
    init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}

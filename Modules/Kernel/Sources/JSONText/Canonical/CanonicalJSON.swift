/// The one form of a JSON value that signatures are made over: keys sorted at every level, no white space.
///
/// The AIRC protocol names RFC 8785; what its clients do is `JSON.stringify` over sorted keys (or, in Python,
/// `json.dumps(sort_keys=True)`), and that is what this does. Of duplicate names the last counts, as both have it.
public enum CanonicalJSON {
    /// Whose rules for order, numbers and escapes.
    public enum Style: Sendable {
        /// Keys by UTF-16 units; numbers through a double as `Number::toString`; only quotes, backslashes,
        /// controls and lone surrogates escaped.
        case javaScript
        /// Keys by code points; integers as they are, others as `repr(float)`; all but printable ASCII escaped.
        /// As Python's `json.dumps(value, sort_keys=True, separators=(",", ":"))`.
        case pythonASCII
    }

    /// The canonical bytes of `value`.
    ///
    /// - Parameter names: members to leave out, at the root only; `signature`, above all.
    public static func encode(
        _ value: JSONValue,
        dropping names: Set<String> = [],
        style: Style = .javaScript
    ) -> [UInt8] {
        var encoder = CanonicalEncoder(style: style, capacity: value.range.count + 16)
        encoder.write(value, dropping: names)
        return encoder.writer.bytes
    }
}

private struct CanonicalEncoder: ~Copyable {
    let style: CanonicalJSON.Style
    var writer: JSONWriter

    init(style: CanonicalJSON.Style, capacity: Int) {
        self.style = style
        writer = JSONWriter(capacity: capacity)
    }

    /// Recursive: the scanner allows 64 levels at most.
    mutating func write(_ value: JSONValue, dropping names: Set<String> = []) {
        switch value.kind {
        case .object:
            writer.beginObject()
            for member in sortedMembers(of: value, dropping: names) {
                write(string: member.key)
                writer.endKey()
                write(member.value)
            }
            writer.endObject()
        case .array:
            writer.beginArray()
            for element in value.elements { write(element) }
            writer.endArray()
        case .string: write(string: value)
        case .number: write(number: value)
        case .bool, .null: writer.raw(value)
        }
    }

    private func sortedMembers(
        of object: JSONValue,
        dropping names: Set<String>
    ) -> [(key: JSONValue, value: JSONValue)] {
        var last: [[UInt32]: (key: JSONValue, value: JSONValue)] = [:]
        var members = object.members
        while let member = members.nextPair() {
            // A name with a lone surrogate equals no Swift string, whatever it decodes to.
            if !names.isEmpty, !member.key.hasLoneSurrogate, let name = member.key.string, names.contains(name) {
                continue
            }
            last[sortKey(member.key)] = member
        }
        return last.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    /// What the style compares names by; equal for equal names only.
    private func sortKey(_ name: JSONValue) -> [UInt32] {
        let units = name.units
        switch style {
        case .javaScript: return units.map { UInt32($0) }
        case .pythonASCII:
            var points: [UInt32] = []
            var at = 0
            while at < units.count {
                if UTF16.isLeadSurrogate(units[at]), at + 1 < units.count, UTF16.isTrailSurrogate(units[at + 1]) {
                    points.append(UTF16.decode(UTF16.EncodedScalar([units[at], units[at + 1]])).value)
                    at += 2
                } else {
                    points.append(UInt32(units[at]))
                    at += 1
                }
            }
            return points
        }
    }

    private mutating func write(string value: JSONValue) {
        // Without escapes in it, a string is as JSON.stringify writes it already.
        guard style == .pythonASCII || value.token.flags.contains(.escaped) else { return writer.raw(value) }
        writer.string(utf16: value.units, onlyASCII: style == .pythonASCII)
    }

    private mutating func write(number value: JSONValue) {
        let number = value.withRawBytes { NumberText.double($0) }
        switch style {
        case .javaScript:
            writer.double(number)
        case .pythonASCII:
            if value.token.flags.contains(.fractional) {
                let text = number.isFinite ? DecimalForm(number).python : number < 0 ? "-Infinity" : "Infinity"
                text.withUTF8Copy { writer.raw($0) }
            } else if number == 0 {
                // Python reads -0 as the integer 0.
                writer.int(0)
            } else {
                writer.raw(value)
            }
        }
    }
}

extension JSONValue {
    /// The UTF-16 units of a string, lone surrogates kept.
    fileprivate var units: [UInt16] { storage.withContent(index) { StringEscape.units($0) } }
}

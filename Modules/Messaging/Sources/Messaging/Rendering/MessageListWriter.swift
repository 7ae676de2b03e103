import Contracts
import JSONText
import Postgres

/// An array of messages, rendered once and spliced wherever an answer has it.
struct RenderedMessages: ~Copyable {
    /// The array with its brackets.
    var json: JSONWriter
    /// Where each message lies in it.
    var ranges: [Range<Int>] = []

    init(capacity: Int) {
        json = JSONWriter(capacity: capacity)
    }

    /// Begins the array, lets `body` add `count` messages, and ends it.
    static func make(count: Int, _ body: (Int, inout JSONWriter) -> Void) -> RenderedMessages {
        // Room for messages of about 200 bytes, whose text stands there twice.
        var list = RenderedMessages(capacity: 64 + count * 960)
        list.ranges.reserveCapacity(count)
        list.json.beginArray()
        for index in 0..<count {
            // Between two messages there is a comma.
            let start = list.json.count + (index == 0 ? 0 : 1)
            body(index, &list.json)
            list.ranges.append(start..<list.json.count)
        }
        list.json.endArray()
        return list
    }

    /// Splices the whole array.
    func splice(into json: inout JSONWriter) {
        self.json.withBytes { json.raw($0) }
    }

    /// Splices one message.
    func splice(_ index: Int, into json: inout JSONWriter) {
        self.json.withBytes { json.raw(UnsafeRawBufferPointer(rebasing: $0[ranges[index]])) }
    }
}

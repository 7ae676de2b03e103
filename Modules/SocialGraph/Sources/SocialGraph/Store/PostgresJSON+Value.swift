import JSONText
import Postgres

extension PostgresJSON {
    init(_ value: JSON) {
        self.init(String(decoding: value.bytes, as: UTF8.self))
    }
}

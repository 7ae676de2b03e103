public import Logging

#if canImport(Glibc)
import Glibc
#endif

/// Writes each event as one line into a ``LogSink``. A value, made once and handed down: no global bootstrap, so tests
/// log where they like.
public struct LineLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level

    private let label: String
    private let format: LogFormat
    private let sink: LogSink

    public init(label: String, format: LogFormat, level: Logger.Level, sink: LogSink = .standardError) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.sink = sink
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, later in later } }
        if let own = event.metadata { all.merge(own) { _, later in later } }
        let line = LogLine(
            time: LineLogHandler.now,
            level: event.level,
            logger: label,
            message: event.message.description,
            metadata: all.sorted { $0.key < $1.key }.map { ($0.key, LogSecrets.masked($0.value, key: $0.key)) },
            error: event.error,
            place: event.level >= .error ? "\(event.file):\(event.line)" : nil
        )
        format.withBytes(of: line) { sink.write($0, isUrgent: event.level >= .error) }
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

extension Logger {
    /// A logger of the service, in the format and from the level that the settings name.
    public static func lines(
        label: String,
        format: LogFormat,
        level: Logger.Level,
        sink: LogSink = .standardError
    ) -> Logger {
        Logger(label: label) { _ in LineLogHandler(label: label, format: format, level: level, sink: sink) }
    }
}

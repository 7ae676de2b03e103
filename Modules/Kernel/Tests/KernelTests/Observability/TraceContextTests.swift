import Testing

@testable import Kernel

@Suite struct TraceContextTests {
    static let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func readsAndWritesTheHeader() throws {
        let trace = try #require(TraceContext(traceparent: Self.valid))
        #expect(trace.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(trace.spanID == "b7ad6b7169203331")
        #expect(trace.isSampled)
        #expect(trace.traceparent == Self.valid)
    }

    @Test func continuesAReceivedTraceWithASpanOfItsOwn() throws {
        let received = try #require(TraceContext(traceparent: Self.valid))
        let trace = TraceContext.incoming(Self.valid)
        #expect(trace.traceID == received.traceID)
        #expect(trace.spanID != received.spanID)
        #expect(trace.isSampled)
        #expect(trace.child().traceID == trace.traceID)
        #expect(trace.child().spanID != trace.spanID)
    }

    @Test(arguments: [
        "",
        "00",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
        "00-0af7651916cd43dd8448eb211c8031é-b7ad6b7169203331-01",
        "00-\u{0}af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01, " + valid,
        String(repeating: "0", count: 100_000),
    ])
    func startsAFreshTraceInsteadOfAHostileOne(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
        let trace = TraceContext.incoming(header)
        #expect(TraceContext(traceparent: trace.traceparent) == trace)
        #expect(!trace.isSampled)
        #expect(!header.contains(trace.traceID))
    }

    @Test func freshTracesDiffer() {
        let traces = (0..<1_000).map { _ in TraceContext.incoming(nil) }
        #expect(Set(traces.map(\.traceID)).count == traces.count)
        #expect(Set(traces.map(\.spanID)).count == traces.count)
    }
}

import Testing

@testable import Kernel

@Suite struct ServiceStateTests {
    @Test func onlyGoesForward() {
        let state = ServiceState()
        #expect(state.phase == .starting)
        state.ready()
        #expect(state.phase == .ready)
        state.drain()
        state.ready()
        #expect(state.phase == .draining)
    }

    @Test func remembersTheSchema() {
        let state = ServiceState()
        #expect(!state.isSchemaValid)
        state.schemaIsValid()
        #expect(state.isSchemaValid)
    }
}

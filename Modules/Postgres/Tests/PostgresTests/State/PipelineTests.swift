import Testing

@testable import Postgres

@Suite struct PipelineTests {
    private func text(_ step: Pipeline<String>.Step) -> String {
        switch step {
        case .nothing: "nothing"
        case .answer(let job): "answer \(job)"
        case .refuse(let job, _): "refuse \(job)"
        case .again(let job): "again \(job)"
        case .keep(let job): "keep \(job)"
        case .note(let job, _): "note \(job)"
        case .finish(let job): "finish \(job)"
        case .unprepared: "unprepared"
        case .violation: "violation"
        }
    }

    @Test func readsAfterAFailingOneRunAgain() {
        var pipeline = Pipeline<String>()
        for job in ["a", "b", "c"] { pipeline.sent(.read(job, nil)) }
        pipeline.sent(.sync(nil))
        pipeline.sent(.read("d", nil))
        pipeline.sent(.sync(nil))
        #expect(pipeline.jobCount == 4)
        let events: [Pipeline<String>.Event] = [.success, .failure, .aborted, .sync, .success, .sync]
        let steps = events.map { text(pipeline.received($0)) }
        #expect(steps == ["answer a", "refuse b", "again c", "nothing", "answer d", "nothing"])
        #expect(pipeline.isEmpty && pipeline.jobCount == 0)
    }

    @Test func aWriteIsAcknowledgedAtItsSync() {
        var pipeline = Pipeline<String>()
        pipeline.sent(.step("w", nil))
        pipeline.sent(.step("w", nil))
        pipeline.sent(.sync("w"))
        #expect(text(pipeline.received(.success)) == "keep w")
        #expect(text(pipeline.received(.success)) == "keep w")
        #expect(pipeline.jobCount == 1)
        #expect(text(pipeline.received(.sync)) == "finish w")
        #expect(pipeline.jobCount == 0)
    }

    @Test func aCommitCanFail() {
        var pipeline = Pipeline<String>()
        pipeline.sent(.step("w", nil))
        pipeline.sent(.sync("w"))
        let steps = [Pipeline<String>.Event.success, .failure, .sync].map { text(pipeline.received($0)) }
        #expect(steps == ["keep w", "note w", "finish w"])
    }

    @Test func aFailedPrepareIsReported() {
        var pipeline = Pipeline<String>()
        let statement = PreparedStatement(key: StatementKey(sql: "SELEC", signature: 0), serial: 1)
        pipeline.sent(.prepare(statement))
        pipeline.sent(.sync(nil))
        pipeline.sent(.read("r", statement))
        pipeline.sent(.sync(nil))
        let events: [Pipeline<String>.Event] = [.failure, .sync, .failure, .sync]
        #expect(events.map { text(pipeline.received($0)) } == ["unprepared", "nothing", "refuse r", "nothing"])
    }

    @Test func aFailedBeginFailsItsJob() {
        var pipeline = Pipeline<String>()
        pipeline.sent(.begin("t"))
        pipeline.sent(.step("t", nil))
        pipeline.sent(.sync("t"))
        let steps = [Pipeline<String>.Event.failure, .aborted, .sync].map { text(pipeline.received($0)) }
        #expect(steps == ["note t", "nothing", "finish t"])
    }

    @Test func aLostConnectionTellsReadsFromWrites() {
        var pipeline = Pipeline<String>()
        pipeline.sent(.read("r1", nil))
        pipeline.sent(.sync(nil))
        pipeline.sent(.step("w", nil))
        pipeline.sent(.sync("w"))
        pipeline.sent(.read("r2", nil))
        pipeline.sent(.sync(nil))
        _ = pipeline.received(.success)
        let (again, unknown) = pipeline.lost()
        #expect(again == ["r2"])
        #expect(unknown == ["w"])
        #expect(pipeline.isEmpty && pipeline.jobCount == 0)
    }

    @Test func answersOutOfOrderAreNoticed() {
        var pipeline = Pipeline<String>()
        #expect(text(pipeline.received(.success)) == "violation")
        pipeline.sent(.read("r", nil))
        #expect(text(pipeline.received(.sync)) == "violation")
        pipeline = Pipeline()
        pipeline.sent(.sync(nil))
        #expect(text(pipeline.received(.success)) == "violation")
    }
}

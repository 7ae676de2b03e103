import Contracts
import Kernel

/// Who is here, for other modules.
struct BoardPresence: LivePresence {
    let board: PresenceBoard
    let clock: WallClock

    func here(limit: Int) async -> [LivePerson] {
        board.here(limit: limit, at: clock.now).map { state in
            LivePerson(
                handle: state.handle,
                workingOn: state.workingOn,
                file: state.context.text("file"),
                branch: state.context.text("branch"),
                error: state.context.text("error"),
                firstSeen: state.firstSeen,
                lastSeen: state.lastSeen
            )
        }
    }
}

/// A step on the way in (original-api.md, 1.20).
enum FunnelEvent: String, Sendable, CaseIterable {
    case mcpInstalled = "mcp_installed"
    case sessionStarted = "session_started"
    case handleClaimed = "handle_claimed"
    case firstMessageSent = "first_message_sent"
    case firstGamePlayed = "first_game_played"
    case inviteGenerated = "invite_generated"
    case inviteRedeemed = "invite_redeemed"
    case sessionEnded = "session_ended"
    case error
}

import Contracts
import Kernel

/// What somebody wants who begins to sign in: a handle, if they said which, and where to go afterwards.
struct LoginIntent: Sendable {
    let requested: Handle?
    let redirect: RedirectTarget?

    /// Why an intent cannot be.
    enum Refusal: Error {
        case handle(HandleError)
        case redirect
    }

    /// - Parameter origins: that the operator allows as ends of a sign-in.
    /// - Throws: ``Refusal``. A sign-in that cannot end well must not begin.
    init(handle: String?, redirect: String?, origins: Set<String>) throws(Refusal) {
        if let handle {
            do throws(HandleError) {
                requested = try Handle(handle)
            } catch {
                throw .handle(error)
            }
        } else {
            requested = nil
        }
        guard let redirect else {
            self.redirect = nil
            return
        }
        guard let target = RedirectTarget(redirect, origins: origins) else { throw .redirect }
        self.redirect = target
    }

    private init() {
        requested = nil
        redirect = nil
    }

    /// Neither a handle nor a place.
    static let nothingAsked = LoginIntent()

    /// For the next step's address or form.
    var fields: [(name: String, value: String)] {
        [("handle", requested?.spelling), ("redirect", redirect?.address)].compactMap { name, value in
            value.map { (name, $0) }
        }
    }
}

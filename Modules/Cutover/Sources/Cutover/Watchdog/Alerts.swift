import AsyncHTTPClient
import JSONText
import Logging
import Metrics
import NIOCore
import NIOHTTP1

/// Something that an operator should know of.
struct Alert: Hashable, Sendable {
    let set: DataSetName
    /// One line; no data.
    let text: String
}

/// Tells of alerts in the log, in the metrics and to a webhook.
struct Alerts: Sendable {
    /// Where to post; `nil`: nowhere.
    let webhook: String?
    let logger: Logger

    func send(_ alert: Alert) async {
        logger.error("cut-over alert", metadata: ["set": "\(alert.set)", "alert": "\(alert.text)"])
        Counter(label: "cutover_alerts_total", dimensions: [("set", alert.set.rawValue)]).increment()
        guard let webhook else { return }
        do {
            var request = HTTPClientRequest(url: webhook)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            // `text` is what chat services show.
            let body: JSON = [
                "text": .string("cut-over of \(alert.set): \(alert.text)"), "set": .string(alert.set.rawValue),
                "alert": .string(alert.text),
            ]
            request.body = .bytes(ByteBuffer(bytes: body.bytes))
            let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
            if answer.status.code >= 300 {
                logger.warning("the webhook refused an alert", metadata: ["status": "\(answer.status.code)"])
            }
        } catch {
            // The address is a secret of whoever receives there; the error may quote it.
            logger.warning("an alert did not reach the webhook", metadata: ["cause": "\(type(of: error))"])
        }
    }
}

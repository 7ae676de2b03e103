/// The version of the service, as `vibe --version` and `/api/health` tell it.
public enum ServiceVersion {
    public static let text = "0.1.0"
}

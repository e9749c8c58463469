"""Makes the Flask app: binds settings, extensions, pages and error pages."""

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from coachfollow import web
from coachfollow.config import Settings
from coachfollow.extensions import Installation, csrf, db, mail, tune
from coachfollow.vault import Vault

HERE = Path(__file__).parent


def create_app(settings: Settings) -> Flask:
    """Make an app for these settings; opens no connection yet."""
    app = Flask("coachfollow", template_folder=str(_templates() / "web"), static_folder=str(HERE / "static"))
    app.config.update(_flask_config(settings))
    app.extensions["coachfollow"] = Installation(settings=settings, vault=Vault(settings.secret_keys))
    db.init_app(app)
    mail.init_app(app)
    csrf.init_app(app)
    with app.app_context():
        tune(db.engine, synchronous="OFF" if settings.demo else "FULL")
    web.register(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's documented way
    return app


def _templates() -> Path:
    """Find the templates: inside the package when installed, beside it in the source tree."""
    inside = HERE / "templates"
    return inside if inside.is_dir() else HERE.parent / "templates"


def _flask_config(settings: Settings) -> dict[str, object]:
    secure = settings.external_url.startswith("https://")
    name = "__Host-coachfollow" if secure else f"coachfollow-{settings.port}"  # cookies ignore ports
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_previous),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": not settings.database_url.startswith("sqlite"),
            "hide_parameters": True,  # an error says its statement, not whose words it was to store
        },
        "SESSION_COOKIE_NAME": name,
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": settings.max_upload_mb * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 500_000,
        "WTF_CSRF_SECRET_KEY": list(reversed(settings.secret_keys)),  # the last one signs, all of them open
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # wants a Referer, which we tell browsers not to send
        "MAIL_SERVER": settings.mail_server,
        "MAIL_PORT": settings.mail_port,
        "MAIL_USE_TLS": settings.mail_tls == "starttls",
        "MAIL_USE_SSL": settings.mail_tls == "tls",
        "MAIL_USERNAME": settings.mail_username,
        "MAIL_PASSWORD": settings.mail_password,
        "MAIL_DEFAULT_SENDER": (settings.mail_sender_name, settings.mail_from),
    }

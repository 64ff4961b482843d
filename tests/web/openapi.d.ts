// The server's interface. Written by types.mjs from the OpenAPI document; do not edit.
export interface paths {
    "/api/v1/availability": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is a name, email or phone free?
         * @description # Errors
         *     `invalid_query` unless exactly one field is given; `validation_failed` for a value that no account can
         *     have; `too_many_requests`.
         */
        get: operations["check"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/captcha": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A new captcha
         * @description # Errors
         *     `too_many_requests`.
         */
        get: operations["issue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description # Errors
         *     `invalid_credentials`, the same and after the same work for an unknown name and a wrong password;
         *     `captcha_required`, `captcha_failed`, `too_many_attempts`, `validation_failed`.
         */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description # Errors
         *     `unavailable` when the session could not be ended; its cookies are kept then.
         */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My account */
        get: operations["show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open an account
         * @description # Errors
         *     `validation_failed` with every wrong field, `already_taken` with every taken one, `captcha_failed`.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive? */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/media/captcha/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A captcha's image
         * @description # Errors
         *     `not_found` for an id that we did not issue or that has expired; `too_many_requests`.
         */
        get: operations["image"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics in the Prometheus text format */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the service ready?
         * @description # Errors
         *     `unavailable`.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Whether a value is free. */
        AvailabilityBody: {
            /** @description Whether nobody has it. */
            available: boolean;
            /** @description Which field was asked about. */
            field: string;
            /** @description The value as it was asked. */
            value: string;
        };
        /** @description A captcha that waits to be solved. */
        CaptchaBody: {
            /**
             * Format: uuid
             * @description To be sent back with the answer.
             */
            captcha_id: string;
            /**
             * Format: date-time
             * @description Until when it can be answered.
             */
            expires_at: string;
            /** @description Where its image is. */
            image_url: string;
            /** @description The characters themselves; only in development. */
            value?: string;
        };
        /** @description The state of the process. */
        HealthBody: {
            /** @description Always `ok`. */
            status: string;
        };
        /** @description The new session. */
        LoggedInBody: {
            /**
             * Format: int64
             * @description Milliseconds since the epoch, as in the cookie `login_time`.
             */
            login_time: number;
            /**
             * Format: uuid
             * @description The account.
             */
            user_id: string;
            /** @description The name as its owner wrote it. */
            username: string;
        };
        /** @description The body of `POST /login`. */
        LoginRequest: {
            /** @description What the person read in it. */
            captcha_answer?: string | null;
            /** @description The captcha that was shown, when one was asked for. */
            captcha_id?: string | null;
            /**
             * Format: password
             * @description The password. `passwd` is another name of it.
             */
            password: string;
            /** @description The username, the email or the phone. */
            username: string;
        };
        /** @description The account and its session. */
        MeBody: {
            /** @description Where the avatar is, if there is one. */
            avatar_url: string | null;
            /**
             * Format: date-time
             * @description When the account was registered.
             */
            created_at: string;
            /** @description Lower-case. */
            email: string;
            /** @description Whether the owner proved to read it. */
            email_verified: boolean;
            /**
             * Format: int64
             * @description Milliseconds since the epoch of this session's login.
             */
            login_time: number;
            /** @description E.164. */
            phone: string;
            /** @description Whether the owner proved to hold it. */
            phone_verified: boolean;
            /** @description Roles granted. */
            roles: string[];
            /**
             * Format: uuid
             * @description The account's id.
             */
            user_id: string;
            /** @description The name as its owner wrote it. */
            username: string;
        };
        /** @description Why a request was not done (RFC 9457). */
        ProblemBody: {
            /** @description The stable code, for programs. */
            code: string;
            /** @description What to do about it, in the reader's language. */
            detail: string;
            /** @description Wrong fields. */
            errors?: components["schemas"]["ProblemField"][];
            /** @description For a 5xx: where the server's log tells more. */
            instance?: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What kind of problem it is, in the reader's language. */
            title: string;
            /** @description `/problems/<code>`. */
            type: string;
        };
        /** @description One wrong field of a request. */
        ProblemField: {
            /** @description The stable code of what is wrong with it. */
            code: string;
            /** @description The field's name in the request. */
            field: string;
            /** @description What is wrong with it, in the reader's language. */
            message: string;
        };
        /** @description The state of what the process needs. */
        ReadyBody: {
            /**
             * Format: int64
             * @description The position of the newest event.
             */
            position: number;
            /** @description Always `ready`; what is not ready answers 503. */
            status: string;
        };
        /** @description The body of `POST /register`. Every field is required; missing ones are told together with wrong ones. */
        RegisterRequest: {
            /** @description What the person read in it. */
            captcha_answer: string;
            /** @description The captcha that was shown. */
            captcha_id: string;
            /**
             * Format: email
             * @description One address.
             */
            email: string;
            /**
             * Format: password
             * @description 8–128 characters of any kind, not a common password. `passwd1` is another name of it.
             */
            password: string;
            /**
             * Format: password
             * @description The password again. `passwd2` is another name of it.
             */
            password_confirmation: string;
            /** @description A mobile number; `+86` when no country is given. */
            phone: string;
            /** @description 3–32 letters of any script, digits, `_` and `-`. */
            username: string;
        };
        /** @description The new account. */
        RegisteredBody: {
            /**
             * Format: uuid
             * @description Its id.
             */
            user_id: string;
            /** @description The name as its owner wrote it. */
            username: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    check: {
        parameters: {
            query?: {
                /** @description A username. */
                username?: string;
                /** @description An email. */
                email?: string;
                /** @description A phone number. */
                phone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AvailabilityBody"];
                };
            };
            /** @description `invalid_query`, `validation_failed`, `too_many_requests` */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    issue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaptchaBody"];
                };
            };
            /** @description `too_many_requests` */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    /** @description `session` and `login_time` */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedInBody"];
                };
            };
            /** @description `malformed_request`, `invalid_credentials`, `captcha_required`, `captcha_failed`, `validation_failed`, `too_many_attempts`, `too_many_requests`, `overloaded` */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Both cookies are cleared; also when not logged in */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unavailable` */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    show: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeBody"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `login_required`, `session_superseded`, `session_expired` */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegisteredBody"];
                };
            };
            /** @description `malformed_request`, `captcha_failed`, `already_taken`, `validation_failed`, `too_many_requests`, `overloaded` */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthBody"];
                };
            };
        };
    };
    image: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The captcha's id and `.png`, as in `image_url` */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/png": number[];
                };
            };
            /** @description `not_found`, `too_many_requests` */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadyBody"];
                };
            };
            /** @description `unavailable` */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
}

// The server's interface. Written by types.mjs from the OpenAPI document; do not edit.
export interface paths {
    "/.well-known/zhanggui-log-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The keys that sign the log
         * @description # Errors
         *     The database's.
         */
        get: operations["show_log_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * People and their roles
         * @description # Errors
         *     `forbidden` without the role `admin`; the database's.
         */
        get: operations["list_people"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/people/{user_id}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Grant a role
         * @description # Errors
         *     `forbidden` without the role `admin`; `not_found` where there is no such person or role.
         */
        put: operations["grant_role"];
        post?: never;
        /**
         * Revoke a role
         * @description # Errors
         *     `forbidden` without the role `admin`; `not_found` where there is no such person or role.
         */
        delete: operations["revoke_role"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/active": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Daily, weekly and monthly active users
         * @description # Errors
         *     `invalid_query`; the database's.
         */
        get: operations["active_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/daily": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Registrations and active users by day
         * @description # Errors
         *     `invalid_query`; the database's.
         */
        get: operations["daily_statistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What becomes of products by day
         * @description # Errors
         *     `invalid_query`; the database's.
         */
        get: operations["product_funnel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Weekly retention cohorts
         * @description # Errors
         *     `invalid_query`; the database's.
         */
        get: operations["retention"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A signed checkpoint of the log
         * @description # Errors
         *     `not_found` for a size that was not signed, or that the log has not reached; `invalid_query`.
         */
        get: operations["show_checkpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find events
         * @description # Errors
         *     `forbidden` without the role `auditor`; `invalid_query`; `too_many_requests`; `overloaded` while others are sent lines.
         *     Where the database fails later, the lines end in the middle.
         */
        get: operations["find_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/events/{position}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An event and what it is linked with
         * @description # Errors
         *     `not_found` where the log has no such position; `forbidden` without the role `auditor`; `invalid_query`.
         */
        get: operations["show_event"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/proofs/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * That the log was only added to
         * @description # Errors
         *     `not_found` for a size that the log has not reached; `invalid_query`.
         */
        get: operations["prove_consistency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/proofs/inclusion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * That an event is in the log
         * @description # Errors
         *     `not_found` for an event or a size that the log does not have; `invalid_query`.
         */
        get: operations["prove_inclusion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/streams/{type}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The events of a stream
         * @description # Errors
         *     `not_found` where there is no such stream; `forbidden` without the role `auditor`; `invalid_query`.
         */
        get: operations["show_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/streams/{type}/{id}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changed between two points
         * @description # Errors
         *     `not_found` where there is no such stream; `forbidden` without the role `auditor`; `invalid_query`.
         */
        get: operations["show_difference"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/streams/{type}/{id}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The state at a point
         * @description # Errors
         *     `not_found` where there is no such stream; `forbidden` without the role `auditor`; `invalid_query`.
         */
        get: operations["show_state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Types of aggregates and events
         * @description # Errors
         *     `forbidden` without the role `auditor`; the database's.
         */
        get: operations["list_event_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
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
        /**
         * Forget me
         * @description # Errors
         *     `invalid_credentials` for a wrong password, which counts as one at logging in; `too_many_attempts`.
         */
        delete: operations["erase_account"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/avatar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change my picture
         * @description As the field `avatar` of a form, or as the body itself with the picture's own content type.
         */
        put: operations["change_avatar"];
        post?: never;
        /**
         * Remove my picture
         * @description # Errors
         *     `login_required`; the infrastructure's.
         */
        delete: operations["remove_avatar"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything about me
         * @description # Errors
         *     `too_many_requests`; the database's and the pictures' store's.
         */
        get: operations["export_account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the password
         * @description # Errors
         *     As for confirming a code; and `validation_failed` for a password that is not good enough.
         */
        put: operations["change_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/verifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a code sent
         * @description # Errors
         *     `validation_failed`; `resend_too_soon` within a minute of the last one, `too_many_attempts` after ten in a
         *     day, both by channel.
         */
        post: operations["request_verification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/verifications/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify a contact
         * @description # Errors
         *     `wrong_code` with the tries left; `code_expired` for an old, used or replaced one; `too_many_attempts` after
         *     five wrong ones; `not_found` for an id that was not given out lately or for another purpose.
         */
        post: operations["confirm_verification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password-resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * I forgot my password
         * @description # Errors
         *     `captcha_failed`, `validation_failed`; `resend_too_soon` and `too_many_attempts` by the name and channel, whether
         *     or not there is such an account; `too_many_requests` by address.
         */
        post: operations["request_password_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password-resets/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Choose another password
         * @description # Errors
         *     `wrong_code` with the tries left, `code_expired`, `too_many_attempts`, `not_found`, `validation_failed`.
         */
        post: operations["confirm_password_reset"];
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
    "/api/v1/store": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My store
         * @description # Errors
         *     `no_store`; the database's.
         */
        get: operations["show_store"];
        put?: never;
        /**
         * Open my store
         * @description # Errors
         *     `validation_failed`; `store_exists` for whoever has one.
         */
        post: operations["open_store"];
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Rename my store
         * @description # Errors
         *     `no_store`; `validation_failed`.
         */
        patch: operations["rename_store"];
        trace?: never;
    };
    "/api/v1/store/categories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add a category
         * @description # Errors
         *     `no_store`; `validation_failed`, also for one more than 200; `already_taken` where another has the name.
         */
        post: operations["add_category"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/store/categories/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove an empty category
         * @description # Errors
         *     `no_store`; `not_found` where the caller's store has no such category; `category_in_use`.
         */
        delete: operations["remove_category"];
        options?: never;
        head?: never;
        /**
         * Rename a category
         * @description # Errors
         *     `no_store`; `not_found` where the caller's store has no such category; `validation_failed`; `already_taken`.
         */
        patch: operations["rename_category"];
        trace?: never;
    };
    "/api/v1/store/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changes, as it happens
         * @description Messages are `ready`, `product` (the product and whether it is `deleted`), `store` (name and categories), `reset`
         *     (too much was missed: load the list), `session` (it is over) and `replaced` (a fifth stream took its place).
         *
         *     # Errors
         *     `no_store`; `invalid_query`; `overloaded` where too many watch.
         */
        get: operations["watch_store"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/store/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My products
         * @description # Errors
         *     `no_store`; `invalid_query`; `cursor_expired` for a cursor of another list or one older than a day.
         */
        get: operations["list_products"];
        put?: never;
        /**
         * List a product from its links
         * @description # Errors
         *     `no_store`; `validation_failed` with every wrong field; `already_listed` where the store has the item.
         */
        post: operations["list_product"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/store/products.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My products as a file
         * @description # Errors
         *     `no_store`; `invalid_query`. Where the database fails later, the file ends unfinished.
         */
        get: operations["export_products"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/store/products/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Do the same to many products
         * @description # Errors
         *     `no_store`; `validation_failed` for the request as a whole. What a single product refuses stands in the answer.
         */
        post: operations["act_on_products"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/store/products/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * List products from a file
         * @description # Errors
         *     `no_store`; `unsupported_media_type`; `too_large` above 5 MiB or 10,000 lines; `malformed_request` without the columns;
         *     `unavailable` where the file does not arrive within a minute; `overloaded` where others are at it already.
         */
        post: operations["import_products"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/store/products/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A product
         * @description # Errors
         *     `no_store`; `product_not_found`, also for another store's.
         */
        get: operations["show_product"];
        put?: never;
        post?: never;
        /**
         * Delete a product
         * @description # Errors
         *     `no_store`; `product_not_found`; `not_product_owner`; `version_mismatch`.
         */
        delete: operations["delete_product"];
        options?: never;
        head?: never;
        /**
         * Change a product
         * @description # Errors
         *     `no_store`; `validation_failed`; `product_not_found`; `not_product_owner`; `already_listed`; `version_mismatch`
         *     where `If-Match` names another version.
         */
        patch: operations["modify_product"];
        trace?: never;
    };
    "/api/v1/store/products/{id}/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fetch again
         * @description # Errors
         *     `no_store`; `product_not_found`; `not_product_owner`; `version_mismatch`.
         */
        post: operations["refresh_product"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/store/products/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo a deletion
         * @description # Errors
         *     `no_store`; `product_not_found` where there never was one; `not_product_owner`; `already_listed` where the
         *     item was listed anew meanwhile; `version_mismatch`.
         */
        post: operations["restore_product"];
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
    "/media/avatars/{person}/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A picture
         * @description # Errors
         *     `not_found`, `unavailable`.
         */
        get: operations["show_avatar"];
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
         * @description One that catches up answers nobody who waits: when it has stopped or is far behind, on every instance alike,
         *     taking them all out of service would make it worse. It is told here, and measured.
         *
         *     # Errors
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
        /** @description Active people. */
        ActiveBody: {
            /**
             * Format: int64
             * @description Every event up to this position of the log is counted, and none after it, but for what is closed.
             */
            as_of_position: number;
            /**
             * Format: date
             * @description The day asked for.
             */
            at: string;
            /**
             * Format: int64
             * @description Up to which position the closed day was counted: `dau` is of then, the other numbers are of `as_of_position`.
             */
            counted_to: number | null;
            /**
             * Format: int64
             * @description How many came on the day.
             */
            dau: number;
            /** @description Whether the day is closed. */
            final: boolean;
            /**
             * Format: int64
             * @description Different people in the 30 days that end with it.
             */
            mau: number;
            /**
             * Format: int64
             * @description For how many it was the first day.
             */
            new_users: number;
            /**
             * Format: int64
             * @description How many had come before.
             */
            returning_users: number;
            /**
             * Format: int64
             * @description 0 while it is open, 1 once closed, more when it changed all the same.
             */
            revision: number;
            /** @description The time zone whose day it is: of a closed one that in which it was closed. */
            timezone: string;
            /**
             * Format: date
             * @description The open day.
             */
            today: string;
            /**
             * Format: int64
             * @description Different people in the 7 days that end with it.
             */
            wau: number;
        };
        /** @description An aggregate and what happened to any of its kind. */
        AggregateTypes: {
            /** @description The aggregate's type. */
            aggregate_type: string;
            /** @description The types of its events that are in the log, by name. */
            event_types: string[];
        };
        /** @description Whether a value is free. */
        AvailabilityBody: {
            /** @description Whether nobody has it. */
            available: boolean;
            /** @description Which field was asked about. */
            field: string;
            /** @description The value as it was asked. */
            value: string;
        };
        /** @description Where the picture is. */
        AvatarBody: {
            /** @description 512 × 512 pixels; with `-128.jpg` at its end instead of `-512.jpg`, 128 × 128. */
            avatar_url: string;
        };
        /** @description The form's one field, for the description. */
        AvatarForm: {
            /**
             * Format: binary
             * @description A PNG, JPEG or WebP file.
             */
            avatar: string;
        };
        /** @description A read model that does not show what it should. */
        BehindBody: {
            /**
             * Format: int64
             * @description How many events of the log it does not show.
             */
            lag: number;
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description The last position that it shows.
             */
            position: number;
            /**
             * Format: int64
             * @description The position of the event that it has stopped at; the log says why.
             */
            stopped_at?: number;
        };
        /** @description What became of them. */
        BulkBody: {
            /** @description To how many it was done, or had been done before. */
            done: number;
            /** @description The products to which it was not, in their order. */
            errors: components["schemas"]["BulkError"][];
        };
        /** @description Why it was not done to a product. */
        BulkError: {
            /** @description A problem's code. */
            code: string;
            /** @description The same in the reader's language. */
            message: string;
            /**
             * Format: uuid
             * @description The product.
             */
            product_id: string;
        };
        /** @description The body of `POST /store/products/bulk`. */
        BulkRequest: {
            /** @description `list`, `delist`, `delete`, `restore`, `refresh`, or `move` into a category. */
            action: string;
            /**
             * Format: uuid
             * @description For `move`: a category of the store; null for none.
             */
            category_id?: string | null;
            /** @description Which products, 1 to 500. */
            product_ids: string[];
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
        /** @description A category. */
        CategoryBody: {
            /**
             * Format: uuid
             * @description The category.
             */
            category_id: string;
            /** @description Its name. */
            name: string;
        };
        /** @description The body of `POST /store/categories` and `PATCH /store/categories/{id}`. */
        CategoryRequest: {
            /** @description 1–30 characters in one line, another than the store's other categories have. */
            name: string;
        };
        /** @description A field that is different. */
        Change: {
            /** @description The value after; null for one that is not there. */
            after: Record<string, never> | null;
            /** @description The value before; null for one that was not there. */
            before: Record<string, never> | null;
            /** @description What happened to it. */
            op: components["schemas"]["Operation"];
            /** @description Where it is: a JSON pointer (RFC 6901). */
            path: string;
        };
        /** @description The body of `PUT /me/password`. */
        ChangePasswordRequest: {
            /** @description The six digits that were sent. */
            code: string;
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
            /**
             * Format: uuid
             * @description The code's id.
             */
            verification_id: string;
        };
        /** @description A product, and whether it is gone: the data of `product`. */
        ChangedProduct: components["schemas"]["ProductBody"] & {
            /** @description Whether it is in no answer any more. */
            deleted: boolean;
        };
        /** @description A store as it is now: the data of `store`. */
        ChangedStore: {
            /** @description All its categories, by name. */
            categories: components["schemas"]["CountedCategory"][];
            /** @description Its public name. */
            name: string;
            /**
             * Format: int64
             * @description Products that are not deleted.
             */
            product_count: number;
            /**
             * Format: uuid
             * @description The store.
             */
            store_id: string;
        };
        /**
         * @description The way a code goes.
         * @enum {string}
         */
        Channel: "email" | "sms";
        /** @description Those who registered in one week. */
        CohortBody: {
            /**
             * Format: int64
             * @description How many registered.
             */
            registrations: number;
            /**
             * Format: date
             * @description Its Monday.
             */
            week: string;
            /** @description The weeks since, that of the registration first. */
            weeks: components["schemas"]["WeekBody"][];
        };
        /** @description The body of `POST /me/verifications/{id}/confirm`. */
        ConfirmRequest: {
            /** @description The six digits that were sent. */
            code: string;
        };
        /** @description The proof, with all that is needed to check it. */
        ConsistencyBody: {
            /**
             * Format: int64
             * @description How many events the shorter log has.
             */
            from: number;
            /** @description The signed checkpoint of the shorter, if there is one. */
            from_checkpoint: string | null;
            /** @description The root of the shorter. */
            from_root_hash: string;
            /** @description What leads to both (RFC 9162, 2.1.4). */
            hashes: string[];
            /**
             * Format: int64
             * @description How many the longer has.
             */
            to: number;
            /** @description The signed checkpoint of the longer, if there is one. */
            to_checkpoint: string | null;
            /** @description The root of the longer. */
            to_root_hash: string;
        };
        /** @description A category and how much is in it. */
        CountedCategory: {
            /**
             * Format: uuid
             * @description The category.
             */
            category_id: string;
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Products in it that are not deleted.
             */
            product_count: number;
        };
        /** @description Days in order. */
        DailyBody: {
            /**
             * Format: int64
             * @description Every event up to this position of the log is counted, and none after it, but for what is closed.
             */
            as_of_position: number;
            /** @description Every day of the range that has begun. */
            days: components["schemas"]["DayBody"][];
            /**
             * Format: date
             * @description The first day asked for.
             */
            from: string;
            /** @description The time zone whose days the open ones are. */
            timezone: string;
            /**
             * Format: date
             * @description The last day asked for.
             */
            to: string;
            /**
             * Format: date
             * @description The open day.
             */
            today: string;
        };
        /** @description One day. */
        DayBody: {
            /**
             * Format: int64
             * @description How many came.
             */
            active_users: number;
            /** @description Why it changed: `late_event` or `corrected`. */
            cause: string | null;
            /**
             * Format: date-time
             * @description When it was closed or last revised.
             */
            closed_at: string | null;
            /**
             * Format: int64
             * @description Up to which position the closed numbers were counted.
             */
            counted_to: number | null;
            /**
             * Format: date
             * @description The local day.
             */
            date: string;
            /** @description Whether the day is closed. */
            final: boolean;
            /**
             * Format: int64
             * @description Different people in the 30 days that end with it.
             */
            monthly_active_users: number;
            /**
             * Format: int64
             * @description For how many of them it was the first day.
             */
            new_users: number;
            /**
             * Format: int64
             * @description How many registered.
             */
            registrations: number;
            /**
             * Format: int64
             * @description How many of them had come before.
             */
            returning_users: number;
            /**
             * Format: int64
             * @description 0 while it is open, 1 once closed, more when it changed all the same.
             */
            revision: number;
            /** @description The time zone in which it was closed. */
            timezone: string | null;
            /**
             * Format: int64
             * @description Different people in the 7 days that end with it.
             */
            weekly_active_users: number;
        };
        /** @description What is left of a product. */
        DeletedBody: {
            /**
             * Format: date-time
             * @description When it was deleted.
             */
            deleted_at: string;
            /**
             * Format: uuid
             * @description The product, which can be restored.
             */
            product_id: string;
        };
        /** @description What is different between two points of a history. */
        Difference: {
            /** @description The aggregate. */
            aggregate_id: string;
            /** @description The aggregate's type. */
            aggregate_type: string;
            /** @description Every field that is different. */
            changes: components["schemas"]["Change"][];
            from: components["schemas"]["Point"] | null;
            to: components["schemas"]["Point"] | null;
        };
        /** @description The body of `DELETE /me`. */
        EraseRequest: {
            /**
             * Format: password
             * @description The password. `passwd` is another name of it.
             */
            password: string;
        };
        /** @description A page of events. */
        EventsBody: {
            /** @description The events, in the order that was asked for. There may be fewer than `limit`, even none, and still more to come. */
            events: components["schemas"]["ShownEvent"][];
            /**
             * Format: int64
             * @description The newest position of the log.
             */
            head: number;
            /**
             * Format: int64
             * @description In ascending order: what to ask `after` for the next page; null when there is nothing more now.
             */
            next_after: number | null;
            /**
             * Format: int64
             * @description In descending order: what to ask `before` for the next page; null when there is nothing more.
             */
            next_before: number | null;
        };
        /** @description Everything that is held about the person. */
        ExportBody: {
            /** @description The account as it is now. */
            account: components["schemas"]["MeBody"];
            /** @description Everything that happened, from the log. Passwords' hashes and codes are null. */
            events: components["schemas"]["ExportedEvent"][];
            /**
             * Format: date-time
             * @description When this was put together.
             */
            exported_at: string;
            picture: components["schemas"]["ExportedPicture"] | null;
            /** @description Its sessions of the last thirty days. */
            sessions: components["schemas"]["ExportedSession"][];
            store: components["schemas"]["ExportedStore"] | null;
        };
        /** @description One event of the account or the store. */
        ExportedEvent: {
            /** @description What happened. */
            event_type: string;
            /** @description The version of that name's shape. */
            event_version: string;
            /** @description Who did it and in which request. */
            metadata: Record<string, never>;
            /** @description The facts, opened. */
            payload: Record<string, never>;
            /**
             * Format: int64
             * @description Place in the log.
             */
            position: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            recorded_at: string;
            /**
             * Format: int64
             * @description Place in its own history.
             */
            sequence: number;
        };
        /** @description The picture as it is kept. */
        ExportedPicture: {
            /** @description The file, in base64 (RFC 4648, section 4). */
            content: string;
            /** @description `image/jpeg`. */
            content_type: string;
        };
        /** @description One session. */
        ExportedSession: {
            /** @description When it was ended. */
            ended_at: string | null;
            /** @description When it was last used, as far as that was written down. */
            last_seen_at: string | null;
            /**
             * Format: date-time
             * @description When it began.
             */
            logged_in_at: string;
            /** @description When a newer one took its place. */
            superseded_at: string | null;
        };
        /** @description My store. The products stand last, so that they can be written page by page. */
        ExportedStore: {
            /** @description Its categories, by name. */
            categories: components["schemas"]["CountedCategory"][];
            /**
             * Format: date-time
             * @description When it was opened.
             */
            created_at: string;
            /** @description Everything that happened to the store itself, its categories included, from the log. */
            events: components["schemas"]["ExportedEvent"][];
            /** @description Its public name. */
            name: string;
            /** @description Its products, the newest first; those that are deleted are left out. */
            products: components["schemas"]["ProductBody"][];
            /**
             * Format: uuid
             * @description The store.
             */
            store_id: string;
        };
        /** @description Days in order. */
        FunnelBody: {
            /**
             * Format: int64
             * @description Every event up to this position of the log is counted, and none after it.
             */
            as_of_position: number;
            /** @description Every day of the range that has begun. */
            days: components["schemas"]["FunnelDay"][];
            /**
             * Format: date
             * @description The first day asked for.
             */
            from: string;
            /** @description The time zone whose days they are. */
            timezone: string;
            /**
             * Format: date
             * @description The last day asked for.
             */
            to: string;
            /**
             * Format: date
             * @description The open day.
             */
            today: string;
            /** @description All of these days together. */
            total: components["schemas"]["FunnelNumbers"];
        };
        /** @description One day. */
        FunnelDay: components["schemas"]["FunnelNumbers"] & {
            /**
             * Format: date
             * @description The local day.
             */
            date: string;
        };
        /** @description What happened, and what became of what was listed. */
        FunnelNumbers: {
            /**
             * Format: int64
             * @description How often one was deleted.
             */
            deleted: number;
            /**
             * Format: int64
             * @description How many could not be fetched for the first time, whenever they were listed.
             */
            failed: number;
            /**
             * Format: int64
             * @description How many were fetched for the first time, whenever they were listed.
             */
            fetched: number;
            /**
             * Format: int64
             * @description How many products were listed.
             */
            listed: number;
            /**
             * Format: double
             * @description From listing to the first fetch, of those listed that were fetched.
             */
            median_seconds_to_fetch: number | null;
            /** @description What has become, until now, of those that were listed. */
            of_listed: components["schemas"]["OfListed"];
            /**
             * Format: int64
             * @description How often one was restored.
             */
            restored: number;
        };
        /** @description The state of the process. */
        HealthBody: {
            /** @description Always `ok`. */
            status: string;
        };
        /** @description What became of a file. */
        ImportBody: {
            /** @description The lines that were not, in their order. */
            errors: components["schemas"]["LineError"][];
            /** @description How many products were listed. */
            listed: number;
        };
        /** @description The proof, with all that is needed to check it. */
        InclusionBody: {
            /** @description The signed checkpoint of this size, if there is one. */
            checkpoint: string | null;
            /** @description The event's canonical JSON, sealed: the bytes that the leaf covers. */
            event: string;
            /** @description What leads from the leaf to the root (RFC 9162, 2.1.3). */
            hashes: string[];
            /**
             * Format: int64
             * @description Its leaf in the tree, from 0 on.
             */
            index: number;
            /** @description SHA-256 of a zero byte and those bytes. */
            leaf_hash: string;
            /**
             * Format: int64
             * @description The event's place in the log, from 1 on.
             */
            position: number;
            /** @description The root. */
            root_hash: string;
            /**
             * Format: int64
             * @description How many events the tree has.
             */
            size: number;
        };
        /** @description One key, as it is published. */
        KeyBody: {
            /**
             * Format: date-time
             * @description Since when it is in use.
             */
            created_at: string;
            /**
             * Format: int64
             * @description The first size of the log that it signed.
             */
            first_size: number;
            /** @description The 4 bytes by which signatures name it, in hexadecimal. */
            key_id: string;
            /**
             * Format: int64
             * @description The last, which its successor signed as well; null while it signs.
             */
            last_size: number | null;
            /** @description The raw Ed25519 public key, in hexadecimal. */
            public_key: string;
            /** @description The key as tools for signed notes take it: `name+id+base64`. */
            verifier_key: string;
        };
        /** @description The keys of the log, as they are published. */
        KeyDocument: {
            /** @description The oldest first; the last one signs. */
            keys: components["schemas"]["KeyBody"][];
            /** @description The log's name: the first line of each of its checkpoints. */
            origin: string;
        };
        /** @description Why a line was not listed. */
        LineError: {
            /** @description A field's code or a problem's. */
            code: string;
            /** @description The line of the file on which it begins, from 1. */
            line: number;
            /** @description The same in the reader's language, after the name of the field. */
            message: string;
        };
        /** @description An event and what it is linked with. */
        Linked: {
            cause: components["schemas"]["ShownEvent"] | null;
            /** @description The events that it caused. */
            effects: components["schemas"]["ShownEvent"][];
            /**
             * Format: int64
             * @description Where a search for its `event_id` as `causation_id` goes on; null when these are all.
             */
            effects_next_after: number | null;
            /** @description The event. */
            event: components["schemas"]["ShownEvent"];
            /** @description The events of its correlation from the first on, itself among them. Where there are thousands, those from itself on. */
            related: components["schemas"]["ShownEvent"][];
            /**
             * Format: int64
             * @description Where a search for its `correlation_id` goes on; null when these are all.
             */
            related_next_after: number | null;
        };
        /** @description A page of a store's products. */
        ListBody: {
            /** @description All its categories, by name. */
            categories: components["schemas"]["CountedCategory"][];
            /** @description Where the next page begins; null on the last. */
            next_cursor: string | null;
            /** @description The products of this page. */
            products: components["schemas"]["ProductBody"][];
            /**
             * Format: uuid
             * @description The store.
             */
            store_id: string;
            /**
             * Format: int64
             * @description How many products all pages have together.
             */
            total: number;
        };
        /** @description The body of `POST /store/products`. */
        ListingRequest: {
            /**
             * Format: uuid
             * @description A category of the store.
             */
            category_id?: string | null;
            /** @description A link to its coupon: Taobao's, or any `https` link. */
            coupon_url: string;
            /** @description A link to an item of Taobao or Tmall, or the text that their apps share. */
            taobao_url: string;
        };
        /**
         * @description Whether shoppers see a product.
         * @enum {string}
         */
        ListingStatus: "listed" | "delisted";
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
        /** @description The body of `PATCH /store/products/{id}`. What is left out stays as it is. */
        ModifyRequest: {
            /**
             * Format: uuid
             * @description A category of the store; null for none.
             */
            category_id?: string | null;
            /** @description Another coupon. */
            coupon_url?: string;
            /**
             * @description Yuan, 0.01 to 9999999.99. The crawler leaves it alone from then on.
             * @example 19.90
             */
            price?: string;
            /** @description `listed` or `delisted`. */
            status?: components["schemas"]["ListingStatus"];
            /** @description Another link; if it leads to another item, the crawler looks again. */
            taobao_url?: string;
            /** @description 1–120 characters in one line. The crawler leaves it alone from then on. */
            title?: string;
        };
        /** @description What has become of products. Fetched, failed and pending together are all of them. */
        OfListed: {
            /**
             * Format: int64
             * @description Deleted now, whatever else became of them.
             */
            deleted: number;
            /**
             * Format: int64
             * @description Tried, and never fetched.
             */
            failed: number;
            /**
             * Format: int64
             * @description Fetched at least once.
             */
            fetched: number;
            /**
             * Format: int64
             * @description Neither.
             */
            pending: number;
        };
        /** @description The new store. */
        OpenedBody: {
            /** @description Its public name. */
            name: string;
            /**
             * Format: uuid
             * @description The store.
             */
            store_id: string;
        };
        /**
         * @description What happened to a field.
         * @enum {string}
         */
        Operation: "add" | "remove" | "replace";
        /** @description Some people. */
        PeopleBody: {
            /** @description By name. */
            people: components["schemas"]["PersonBody"][];
        };
        /** @description Somebody, as far as an admin needs to know. */
        PersonBody: {
            /**
             * Format: date-time
             * @description When the account was registered.
             */
            created_at: string;
            /** @description Roles granted. */
            roles: string[];
            /**
             * Format: uuid
             * @description The account.
             */
            user_id: string;
            /** @description The name as its owner wrote it. */
            username: string;
        };
        /** @description An event of a stream, by its places. */
        Point: {
            /**
             * Format: int64
             * @description Place in the log.
             */
            position: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            recorded_at: string;
            /**
             * Format: int64
             * @description Place in the stream.
             */
            sequence: number;
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
             * @description For `wrong_code`: how often the code may still be tried.
             */
            remaining_attempts?: number;
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
        /** @description A product as its merchant sees it. */
        ProductBody: {
            /**
             * Format: uuid
             * @description Its category, or null.
             */
            category_id: string | null;
            /** @description Where the coupon is. */
            coupon_url: string;
            /** @description Where its picture is; null until fetched. */
            image_url: string | null;
            /** @description Why the last fetch failed. */
            info_error: string | null;
            /** @description `page`, `api`, `merchant`, or null while nothing is known. */
            info_source: string | null;
            /** @description `pending`, `fetched` or `failed`. */
            info_status: string;
            /**
             * Format: date-time
             * @description When it was listed.
             */
            listed_at: string;
            /** @description Yuan with two decimals; null until fetched or set by hand. One that was read from a page is a hint. */
            price: string | null;
            /** @description Whether the price was read from a page and nobody has said it is right: pages carry decoys. */
            price_is_hint: boolean;
            /**
             * Format: uuid
             * @description The product.
             */
            product_id: string;
            /** @description `listed` or `delisted`. */
            status: components["schemas"]["ListingStatus"];
            /**
             * Format: uuid
             * @description Whose it is.
             */
            store_id: string;
            /** @description The item; null while only a short link is known. */
            taobao_item_id: string | null;
            /** @description The item's page, or a short link to it that nobody has followed yet. */
            taobao_url: string;
            /** @description Null until fetched or set by hand. */
            title: string | null;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /**
             * Format: int64
             * @description What `ETag` says: the number of its changes.
             */
            version: number;
        };
        /** @description The state of what the process needs. */
        ReadyBody: {
            /**
             * Format: int64
             * @description The position of the newest event.
             */
            position: number;
            /** @description Those that have stopped or are far behind. */
            read_models?: components["schemas"]["BehindBody"][];
            /**
             * @description `ready`, or `degraded` while a read model that no request waits for has stopped or is far behind; what is
             *     not ready answers 503.
             */
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
        /** @description A reset that was begun, if the name belongs to somebody. */
        ResetBody: {
            /** @description How the code goes. */
            channel: components["schemas"]["Channel"];
            /** @description The code itself; in development only, and for nobody's name one that opens nothing. */
            code?: string;
            /**
             * Format: date-time
             * @description From when on the code is worth nothing.
             */
            expires_at: string;
            /**
             * Format: date-time
             * @description From when on another one may be asked for.
             */
            resend_after: string;
            /**
             * Format: uuid
             * @description By which the reset is spoken of.
             */
            reset_id: string;
        };
        /** @description The body of `POST /password-resets/{id}/confirm`. */
        ResetPasswordRequest: {
            /** @description The six digits that were sent. */
            code: string;
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
        };
        /** @description The body of `POST /password-resets`. */
        ResetRequest: {
            /** @description What the person read in it. */
            captcha_answer: string;
            /** @description The captcha that was shown. */
            captcha_id: string;
            /** @description `email` or `sms`. */
            channel: components["schemas"]["Channel"];
            /** @description The username, the email or the phone. */
            identifier: string;
        };
        /** @description Cohorts in order. */
        RetentionBody: {
            /**
             * Format: int64
             * @description Every event up to this position of the log is counted, and none after it.
             */
            as_of_position: number;
            /** @description One for every week that has a day in the range and has begun. */
            cohorts: components["schemas"]["CohortBody"][];
            /**
             * Format: date
             * @description The first day asked for.
             */
            from: string;
            /** @description The time zone whose days they are. */
            timezone: string;
            /**
             * Format: date
             * @description The last day asked for.
             */
            to: string;
            /**
             * Format: date
             * @description The open day.
             */
            today: string;
        };
        /**
         * @description A role that an account can hold.
         * @enum {string}
         */
        Role: "admin" | "auditor" | "analyst";
        /** @description An event of the log, what is personal or secret covered. */
        ShownEvent: {
            /** @description The stream's aggregate id. */
            aggregate_id: string;
            /** @description The stream's aggregate type. */
            aggregate_type: string;
            /**
             * Format: uuid
             * @description The event's own id.
             */
            event_id: string;
            /** @description What happened. */
            event_type: string;
            /** @description The version of that name's shape. */
            event_version: string;
            /** @description Its leaf in the log's Merkle tree, in hexadecimal. */
            leaf_hash: string;
            /** @description Who caused it and in which context. */
            metadata: components["schemas"]["ShownMetadata"];
            /**
             * @description The facts. Personal values read `‹sealed›`, `‹erased›` once the person is forgotten, or are shown after `reveal=true`;
             *     secrets always read `‹secret›`.
             */
            payload: Record<string, never>;
            /**
             * Format: int64
             * @description Place in the log.
             */
            position: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            recorded_at: string;
            /**
             * Format: int64
             * @description Place in the stream.
             */
            sequence: number;
        };
        /** @description Who caused an event and in which context. */
        ShownMetadata: {
            /**
             * @description The account that acted; null for a stranger or the system itself.
             * @default null
             */
            actor_id: string | null;
            /**
             * @description The `event_id` of the event that caused this one.
             * @default null
             */
            causation_id: string | null;
            /**
             * @description What this belongs to, from the first cause on.
             * @default null
             */
            correlation_id: string | null;
            /**
             * @description The HTTP request.
             * @default null
             */
            request_id: string | null;
        };
        /** @description The state of an aggregate at a point of its history. */
        StateThen: {
            /** @description The aggregate. */
            aggregate_id: string;
            /** @description The aggregate's type. */
            aggregate_type: string;
            /** @description The newest event of the stream. */
            newest: components["schemas"]["Point"];
            point: components["schemas"]["Point"] | null;
            /** @description The state, what is personal or secret covered; null before the first event. */
            state: Record<string, never> | null;
        };
        /** @description My store. */
        StoreBody: {
            /**
             * Format: date-time
             * @description When it was opened.
             */
            created_at: string;
            /** @description Its public name. */
            name: string;
            /**
             * Format: int64
             * @description Products that are not deleted.
             */
            product_count: number;
            /**
             * Format: uuid
             * @description The store.
             */
            store_id: string;
        };
        /** @description The body of `POST /store`. */
        StoreRequest: {
            /** @description 1–40 characters in one line. */
            name: string;
        };
        /** @description What there is to choose from. */
        TypesBody: {
            /** @description Every aggregate that can be replayed, by name. */
            aggregates: components["schemas"]["AggregateTypes"][];
        };
        /** @description A code that is on its way. */
        VerificationBody: {
            /** @description How it goes. */
            channel: components["schemas"]["Channel"];
            /** @description The code itself; in development only. */
            code?: string;
            /** @description Where it goes, its middle hidden. */
            destination: string;
            /**
             * Format: date-time
             * @description From when on it is worth nothing.
             */
            expires_at: string;
            /**
             * Format: date-time
             * @description From when on another one may be asked for.
             */
            resend_after: string;
            /**
             * Format: uuid
             * @description By which the code is spoken of.
             */
            verification_id: string;
        };
        /** @description The body of `POST /me/verifications`. */
        VerificationRequest: {
            /** @description `email` or `sms`. */
            channel: components["schemas"]["Channel"];
            /** @description `verify_contact` or `change_password`. */
            purpose: string;
        };
        /** @description A contact that counts as the owner's now. */
        VerifiedBody: {
            /** @description Which of the two contacts. */
            channel: components["schemas"]["Channel"];
            /** @description Always true. */
            verified: boolean;
        };
        /** @description How many of them came in one week. */
        WeekBody: {
            /** @description Whether that week is over. */
            complete: boolean;
            /**
             * Format: int64
             * @description How many came.
             */
            people: number;
            /**
             * Format: int32
             * @description How many weeks after that of the registration.
             */
            week: number;
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
    show_log_keys: {
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
                    "application/json": components["schemas"]["KeyDocument"];
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
    list_people: {
        parameters: {
            query?: {
                /** @description A username, an email or a phone, exactly; without it, everybody who holds a role. */
                identifier?: string;
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
                    "application/json": components["schemas"]["PeopleBody"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `forbidden`, `invalid_query`, `login_required` */
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
    grant_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account */
                user_id: string;
                /** @description The role */
                role: components["schemas"]["Role"];
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
                    "application/json": components["schemas"]["PersonBody"];
                };
            };
            /** @description `forbidden`, `not_found`, `login_required` */
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
    revoke_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account */
                user_id: string;
                /** @description The role */
                role: components["schemas"]["Role"];
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
                    "application/json": components["schemas"]["PersonBody"];
                };
            };
            /** @description `forbidden`, `not_found`, `login_required` */
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
    active_users: {
        parameters: {
            query?: {
                /** @description The local day; today unless given, and none to come. */
                at?: string;
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
                    "application/json": components["schemas"]["ActiveBody"];
                    "text/csv": string;
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query`, `forbidden`, `login_required` */
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
    daily_statistics: {
        parameters: {
            query?: {
                /** @description The first local day. Unless given, so that the answer has a usual length. */
                from?: string;
                /** @description The last local day; today unless given. At most 366 days in all. */
                to?: string;
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
                    "application/json": components["schemas"]["DailyBody"];
                    "text/csv": string;
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query`, `forbidden`, `login_required` */
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
    product_funnel: {
        parameters: {
            query?: {
                /** @description The first local day. Unless given, so that the answer has a usual length. */
                from?: string;
                /** @description The last local day; today unless given. At most 366 days in all. */
                to?: string;
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
                    "application/json": components["schemas"]["FunnelBody"];
                    "text/csv": string;
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query`, `forbidden`, `login_required` */
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
    retention: {
        parameters: {
            query?: {
                /** @description The first local day. Unless given, so that the answer has a usual length. */
                from?: string;
                /** @description The last local day; today unless given. At most 366 days in all. */
                to?: string;
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
                    "application/json": components["schemas"]["RetentionBody"];
                    "text/csv": string;
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query`, `forbidden`, `login_required` */
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
    show_checkpoint: {
        parameters: {
            query?: {
                /** @description The one of exactly this many events. */
                size?: number;
                /** @description One of at least so many; a new one is signed where there is none yet. */
                at_least?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A C2SP signed note: origin, size, root, and a line for each signature */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_found`, `invalid_query`, `forbidden`, `login_required` */
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
    find_events: {
        parameters: {
            query: {
                /** @description Only positions after this one. */
                after?: number;
                /** @description Only positions before this one. */
                before?: number;
                /** @description How many, 1–200, 1–100 with `reveal`; 50 unless given. Of lines any number, and all unless given. */
                limit?: number;
                /** @description `asc` (the default) or `desc`, the newest first. */
                order?: string;
                /** @description Of streams of this type: `account`, `store`, `product` … */
                aggregate_type?: string;
                /** @description Of the streams with this id. Ids are random, so that there is one; of two types there could be two. */
                aggregate_id?: string;
                /** @description Of this type, for example `account.registered`. */
                event_type?: string;
                /** @description Caused by this account. */
                actor_id?: string;
                /** @description Belonging to this, from the first cause on. */
                correlation_id?: string;
                /** @description Caused by the event with this `event_id`. */
                causation_id?: string;
                /** @description Caused by this HTTP request. */
                request_id?: string;
                /** @description Recorded then or later. */
                from: string;
                /** @description Recorded before. */
                to: string;
                /** @description Whether to show personal values, which is recorded as an event on each account concerned. */
                reveal?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; with `Accept: application/x-ndjson` all of them, an event a line */
            200: {
                headers: {
                    /** @description Of lines: the position where they end */
                    "X-Audit-Until"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventsBody"];
                    "application/x-ndjson": string;
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query`, `login_required`, `forbidden`, `cross_site_request`, `too_many_requests`, `overloaded` */
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
    show_event: {
        parameters: {
            query?: {
                /** @description Whether to show personal values, which is recorded as an event on each account concerned. */
                reveal?: boolean;
            };
            header?: never;
            path: {
                /** @description Place in the log */
                position: number;
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
                    "application/json": components["schemas"]["Linked"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_found`, `invalid_query`, `login_required`, `forbidden`, `cross_site_request`, `too_many_requests` */
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
    prove_consistency: {
        parameters: {
            query: {
                /** @description How many events the shorter log has. */
                from: number;
                /** @description How many the longer has. */
                to: number;
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
                    "application/json": components["schemas"]["ConsistencyBody"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_found`, `invalid_query`, `forbidden`, `login_required` */
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
    prove_inclusion: {
        parameters: {
            query: {
                /** @description The event's place in the log. */
                position: number;
                /** @description How many events the tree has; the newest checkpoint's unless given. */
                size?: number;
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
                    "application/json": components["schemas"]["InclusionBody"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_found`, `invalid_query`, `forbidden`, `login_required` */
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
    show_stream: {
        parameters: {
            query?: {
                /** @description Only positions after this one. */
                after?: number;
                /** @description Only positions before this one. */
                before?: number;
                /** @description How many, 1–200, 1–100 with `reveal`; 50 unless given. */
                limit?: number;
                /** @description `asc` (the default) or `desc`, the newest first. */
                order?: string;
                /** @description Of this type only. */
                event_type?: string;
                /** @description Whether to show personal values, which is recorded as an event on the account. */
                reveal?: boolean;
            };
            header?: never;
            path: {
                /** @description The aggregate's type */
                type: string;
                /** @description The aggregate */
                id: string;
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
                    "application/json": components["schemas"]["EventsBody"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_found`, `invalid_query`, `login_required`, `forbidden`, `cross_site_request`, `too_many_requests` */
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
    show_difference: {
        parameters: {
            query: {
                /** @description The first point: the millisecond up to which it was recorded. */
                from_at: string;
                /** @description The first point: a position of the log. */
                from_position?: number;
                /** @description The first point: an event of the stream. Without a first point: before the first event. */
                from_sequence?: number;
                /** @description The second point: the millisecond up to which it was recorded. */
                to_at: string;
                /** @description The second point: a position of the log. */
                to_position?: number;
                /** @description The second point: an event of the stream. Without a second point: the newest event. */
                to_sequence?: number;
                /** @description Whether to show personal values, which is recorded as an event on the account. */
                reveal?: boolean;
            };
            header?: never;
            path: {
                /** @description The aggregate's type */
                type: string;
                /** @description The aggregate */
                id: string;
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
                    "application/json": components["schemas"]["Difference"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_found`, `invalid_query`, `login_required`, `forbidden`, `cross_site_request`, `too_many_requests` */
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
    show_state: {
        parameters: {
            query: {
                /** @description What was recorded up to this millisecond, and in it. */
                at: string;
                /** @description What stands up to this position of the log. */
                position?: number;
                /** @description Up to this event of the stream; 0 is before the first. */
                sequence?: number;
                /** @description Whether to show personal values, which is recorded as an event on the account. */
                reveal?: boolean;
            };
            header?: never;
            path: {
                /** @description The aggregate's type */
                type: string;
                /** @description The aggregate */
                id: string;
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
                    "application/json": components["schemas"]["StateThen"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_found`, `invalid_query`, `login_required`, `forbidden`, `cross_site_request`, `too_many_requests` */
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
    list_event_types: {
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
                    "application/json": components["schemas"]["TypesBody"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `login_required`, `forbidden` */
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
    erase_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EraseRequest"];
            };
        };
        responses: {
            /** @description The account is erased; both cookies are cleared */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_credentials`, `validation_failed`, `too_many_attempts`, `overloaded`, `login_required` */
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
    change_avatar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/jpeg": number[];
                "image/png": number[];
                "image/webp": number[];
                "multipart/form-data": components["schemas"]["AvatarForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AvatarBody"];
                };
            };
            /** @description `too_large`, `unsupported_media_type`, `validation_failed`, `malformed_request`, `overloaded`, `login_required` */
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
    remove_avatar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is none any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `login_required` */
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
    export_account: {
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
                    /** @description A file to keep */
                    "Content-Disposition"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportBody"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `login_required`, `too_many_requests`, `unavailable` */
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
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePasswordRequest"];
            };
        };
        responses: {
            /** @description The session is renewed: both cookies are set anew, and any other session ends */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `wrong_code`, `code_expired`, `too_many_attempts`, `not_found`, `validation_failed`, `overloaded`, `login_required` */
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
    request_verification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerificationRequest"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationBody"];
                };
            };
            /** @description `validation_failed`, `resend_too_soon`, `too_many_attempts`, `login_required` */
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
    confirm_verification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `verification_id` */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifiedBody"];
                };
            };
            /** @description `wrong_code`, `code_expired`, `too_many_attempts`, `not_found`, `validation_failed`, `login_required` */
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
    request_password_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetRequest"];
            };
        };
        responses: {
            /** @description The same for a name that belongs to nobody */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetBody"];
                };
            };
            /** @description `captcha_failed`, `validation_failed`, `resend_too_soon`, `too_many_attempts`, `too_many_requests` */
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
    confirm_password_reset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `reset_id` */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetPasswordRequest"];
            };
        };
        responses: {
            /** @description Every session of the account has ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `wrong_code`, `code_expired`, `too_many_attempts`, `not_found`, `validation_failed`, `too_many_requests`, `overloaded` */
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
    show_store: {
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
                    "application/json": components["schemas"]["StoreBody"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_store`, `login_required` */
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
    open_store: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StoreRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedBody"];
                };
            };
            /** @description `store_exists`, `validation_failed`, `login_required` */
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
    rename_store: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StoreRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoreBody"];
                };
            };
            /** @description `no_store`, `validation_failed`, `login_required` */
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
    add_category: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CategoryRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CategoryBody"];
                };
            };
            /** @description `no_store`, `already_taken`, `validation_failed`, `login_required` */
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
    remove_category: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The category */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_store`, `not_found`, `category_in_use`, `login_required` */
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
    rename_category: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The category */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CategoryRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CategoryBody"];
                };
            };
            /** @description `no_store`, `not_found`, `already_taken`, `validation_failed`, `login_required` */
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
    watch_store: {
        parameters: {
            query?: {
                /** @description The `id` of the last message that was seen; the header `Last-Event-ID` goes before it. From now on, without. */
                after?: number;
            };
            header?: {
                /** @description The `id` of the last message that was seen */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages without end: `ready`, `product`, `store`, `reset`, `session`, `replaced` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_store`, `invalid_query`, `overloaded`, `login_required` */
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
    list_products: {
        parameters: {
            query?: {
                /** @description How many, 1–100; 20 unless given. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters and order. */
                cursor?: string;
                /** @description Those of this category. */
                category_id?: string;
                /** @description `listed` or `delisted`. */
                status?: string;
                /** @description `pending`, `fetched` or `failed`. */
                info_status?: string;
                /** @description Those whose titles hold every word of it, anywhere, in upper or lower case. */
                q?: string;
                /** @description `-listed_at` (the default), `listed_at`, `title`, `price` or `-price`. */
                sort?: string;
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
                    "application/json": components["schemas"]["ListBody"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_store`, `invalid_query`, `cursor_expired`, `login_required` */
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
    list_product: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListingRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    /** @description The product */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductBody"];
                };
            };
            /** @description `no_store`, `already_listed`, `validation_failed`, `login_required` */
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
    export_products: {
        parameters: {
            query?: {
                /** @description How many, 1–100; 20 unless given. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters and order. */
                cursor?: string;
                /** @description Those of this category. */
                category_id?: string;
                /** @description `listed` or `delisted`. */
                status?: string;
                /** @description `pending`, `fetched` or `failed`. */
                info_status?: string;
                /** @description Those whose titles hold every word of it, anywhere, in upper or lower case. */
                q?: string;
                /** @description `-listed_at` (the default), `listed_at`, `title`, `price` or `-price`. */
                sort?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description A file to keep */
                    "Content-Disposition"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_store`, `invalid_query`, `login_required` */
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
    act_on_products: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkBody"];
                };
            };
            /** @description `no_store`, `validation_failed`, `login_required` */
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
    import_products: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `taobao_url,coupon_url,category`; UTF-8 or GBK; at most 10,000 lines and 5 MiB */
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportBody"];
                };
            };
            /** @description `no_store`, `malformed_request`, `too_large`, `unsupported_media_type`, `overloaded`, `unavailable`, `login_required` */
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
    show_product: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The product */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductBody"];
                };
            };
            /** @description To the login page, when the client prefers HTML and is not logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `no_store`, `product_not_found`, `login_required` */
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
    delete_product: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that was seen */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The product */
                id: string;
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
                    "application/json": components["schemas"]["DeletedBody"];
                };
            };
            /** @description `no_store`, `product_not_found`, `not_product_owner`, `version_mismatch`, `login_required` */
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
    modify_product: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that was seen */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The product */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModifyRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductBody"];
                };
            };
            /** @description `no_store`, `product_not_found`, `not_product_owner`, `already_listed`, `version_mismatch`, `validation_failed`, `login_required` */
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
    refresh_product: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that was seen */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The product */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductBody"];
                };
            };
            /** @description `no_store`, `product_not_found`, `not_product_owner`, `version_mismatch`, `login_required` */
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
    restore_product: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that was seen */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The product */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductBody"];
                };
            };
            /** @description `no_store`, `product_not_found`, `not_product_owner`, `already_listed`, `version_mismatch`, `login_required` */
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
    show_avatar: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As in `avatar_url` */
                person: string;
                /** @description As in `avatar_url` */
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
                    "image/jpeg": number[];
                };
            };
            /** @description The one that `If-None-Match` names */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_found`, `unavailable` */
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

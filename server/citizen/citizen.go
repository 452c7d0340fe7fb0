// Package citizen is what citizens reach over HTTP (市民入口): the API under /api/v1 and the portal's pages.
// It reads requests, calls conversation and knowledge, and gives back what they say; how bytes travel is the server's
// business, how a page looks the portal's. One file a resource. Start at Routes.
package citizen
